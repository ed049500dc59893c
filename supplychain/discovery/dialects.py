"""Makefiles, batch files and PowerShell as shell scripts with the same lines, as far as their commands go."""

from __future__ import annotations

import re

_MAKE_SETS = re.compile(
    r"\s*(?:export\s+|override\s+)*(?P<name>[A-Za-z_]\w*)\s*(?P<how>[?:+!]?:{0,2}=)\s*(?P<value>.*)"
)
_MAKE_USES = re.compile(r"\$(?:\((?P<round>[A-Za-z_]\w*)\)|\{(?P<curly>[A-Za-z_]\w*)\}|\$)")
_BATCH_SETS = re.compile(r"""\s*@?set\s+(?:/p\s+)?"?(?P<name>\w+)=(?P<value>[^"]*)"?\s*""", re.IGNORECASE)
_BATCH_SAYS = re.compile(r"\s*@?(rem\b|::|echo\b|title\b|if\b.*\becho\b)", re.IGNORECASE)
_POWER_SETS = re.compile(
    r"\s*\$(?P<scope>env:)?(?P<name>\w+)\s*=\s*(?P<quote>[\"']?)(?P<value>[^\"']*)(?P=quote)\s*", re.IGNORECASE
)


def as_shell(text: str, file: str) -> str:
    """Return the text of a file, by its name, as that of a shell script whose lines have the same numbers."""
    lowered = file.lower()
    if lowered in {"makefile", "gnumakefile"} or lowered.endswith((".mk", ".make")) or lowered.startswith("makefile."):
        return _makefile(text)
    if lowered.endswith((".bat", ".cmd")):
        return "\n".join(map(_batch, text.splitlines()))
    if lowered.endswith((".ps1", ".psm1")):
        return _power(text)
    return text


def _makefile(text: str) -> str:
    """Keep recipes and variables; blank what only make reads."""
    lines = []
    is_recipe = is_continued = False
    for line in text.splitlines():
        if not is_continued:
            is_recipe = line.startswith("\t")
        used = _MAKE_USES.sub(lambda m: f"${{{m['round'] or m['curly']}}}" if m["round"] or m["curly"] else "$", line)
        if is_recipe:
            lines.append(used.lstrip("\t") if is_continued else used.lstrip("\t@-+ "))
        elif is_continued and lines and lines[-1] != "":
            lines.append(used)
        elif match := _MAKE_SETS.fullmatch(used):
            lines.append(_set(match["name"], match["value"], match["how"]))
        else:
            lines.append("")
        is_continued = line.endswith("\\")
    return "\n".join(lines)


def _set(name: str, value: str, how: str) -> str:
    value = re.sub(r"\s+#.*$", "", value).strip()
    if value.endswith("\\"):
        return f"{name}= \\"  # a list over several lines, which is read as words
    for _ in range(5):  # what make's own functions give, one inside another
        value = re.sub(r"\$\([^()]*\)|`[^`]*`", "${_}", value)
    value = re.sub(r'["`]|\$\(', "", value)
    if how.startswith("?"):
        return f'{name}="${{{name}:-{value}}}"'
    return f'{name}+=" {value}"' if how.startswith("+") else f'{name}="{value}"'


def _batch(line: str) -> str:
    if _BATCH_SAYS.match(line):
        return ""
    line = re.sub(r"%(\w+)%", r"${\1}", line.replace("\\", "/"))
    if match := _BATCH_SETS.fullmatch(line):
        return f'{match["name"]}="{match["value"]}"'
    line = re.sub(r"\^\s*$", "\\\\", line)
    return line.lstrip("@ \t")


def _power(text: str) -> str:
    """Keep commands and variables; blank comments between `<#` and `#>`."""
    text = re.sub(r"<#.*?#>", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    lines = []
    for line in text.splitlines():
        if match := _POWER_SETS.fullmatch(line):
            lines.append(f'{"export " if match["scope"] else ""}{match["name"]}="{match["value"]}"')
        else:
            line = re.sub(r"\$\{?env:(\w+)\}?", r"${\1}", line.replace("\\", "/"), flags=re.IGNORECASE)
            lines.append(re.sub(r"`\s*$", "\\\\", line).removeprefix("& "))
    return "\n".join(lines)
