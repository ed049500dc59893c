"""TOML of locks and manifests, and the lines of its tables, keys and texts: no reader of it keeps any."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import tomli

from supplychain.packages.interface import NotParsedError, SourceFile

_HEADER = re.compile(r"[ \t]*(?P<open>\[\[?)(?P<name>[^\[\]\n]++)\]\]?[ \t]*(#.*)?")
_KEY = re.compile(
    r"""[ \t]*(?P<key>(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*+)[ \t]*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_LONG = re.compile(
    r"""(?P<long>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5})|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+'|\#[^\n]*+""", re.DOTALL
)
_TEXT = re.compile(r'"(?P<basic>(?:\\.|[^"\\])*+)"|\'(?P<literal>[^\']*+)\'|\#.*')

Path = tuple[str, ...]


@lru_cache(maxsize=4)
def from_toml(data: bytes) -> dict[str, Any]:
    """Return what a TOML file holds; nobody may change it. Kept for a moment, since a lock is read and then compared.

    Raises:
        NotParsedError: it is not UTF-8, not TOML, or nested deeper than a reader goes.
    """
    try:
        return tomli.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise NotParsedError("not UTF-8", data.count(b"\n", 0, error.start) + 1) from error
    except tomli.TOMLDecodeError as error:
        raise NotParsedError(f"not TOML: {error.msg[:80]}", error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise NotParsedError(f"not TOML that can be read: {str(error)[:80]}") from error


def block_lines(source: SourceFile, name: str, count: int) -> list[int | None]:
    """Return the lines of the tables `[[name]]`; as many times None where they are not `count`, written otherwise."""
    plain = _LONG.sub(lambda match: "\n" * match[0].count("\n") if match["long"] else match[0], source.text)
    marker = f"[[{name}]]"
    found: list[int | None] = [n for n, line in enumerate(plain.split("\n"), 1) if line.strip().startswith(marker)]
    return found if len(found) == count else [None] * count


class Lines:
    """The lines of a TOML file: of each table and key by its path, and of each text that stands below one."""

    def __init__(self, source: SourceFile) -> None:
        """Look at the whole file once."""
        self._paths: dict[Path, list[int]] = {}
        self._texts: dict[tuple[Path, str], list[int]] = {}
        plain = _LONG.sub(lambda match: "\n" * match[0].count("\n") if match["long"] else match[0], source.text)
        header: Path = ()
        path: Path = ()
        for number, line in enumerate(plain.split("\n"), 1):
            rest = line
            if match := _HEADER.fullmatch(line.rstrip("\r")):
                header = path = _parts(match["name"])
                self._paths.setdefault(path, []).append(number)
                continue
            if match := _KEY.match(line):
                path, rest = header + _parts(match["key"]), line[match.end() :]
                self._paths.setdefault(path, []).append(number)
            for stated in _TEXT.finditer(rest):
                if stated["basic"] is not None or stated["literal"] is not None:
                    text = stated["literal"] if stated["basic"] is None else stated["basic"].replace('\\"', '"')
                    self._texts.setdefault((path, text), []).append(number)

    def of(self, *path: str, position: int = 0) -> int | None:
        """Return the line of a table or a key, or of what holds it; `position` counts tables of one name."""
        while path:
            found = self._paths.get(path)
            if found:
                return found[min(position, len(found) - 1)]
            path, position = path[:-1], 0
        return None

    def text(self, stated: str, *path: str, position: int = 0) -> int | None:
        """Return the line of a text below a key; `position` counts those that are alike."""
        found = self._texts.get((path, stated))
        return found[min(position, len(found) - 1)] if found else self.of(*path)


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
