"""Bad input, from the outside: a clear message and exit code 2, or `undetermined`; never a traceback, never a write."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import NOW, POLICY, ROOT, BuiltTarget, empty_target, sound_target

COULD_NOT_RUN = 2
UNDETERMINED = 3


@dataclass
class Ran:
    """A run of the command that ended."""

    code: int
    output: str
    reports: Path

    def rows(self, requirement: str) -> list[dict[str, Any]]:
        """Return the observations of a finding."""
        text = (self.reports / "latest" / "findings" / f"{requirement}.json").read_text()
        rows: list[dict[str, Any]] = json.loads(text)["observations"]
        return rows


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Ran]:
    """Return what runs the command over a target and shows that the target was left as it was."""

    def run(target: Path, policy: Path | None = POLICY) -> Ran:
        before = fingerprint(target)
        reports = tmp_path / "reports"
        command = [sys.executable, "-m", "supplychain", "run", str(target), "--output", str(reports), "--now", NOW]
        command += ["--policy", str(policy)] if policy else []
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        output = ended.stdout + ended.stderr
        assert "Traceback" not in output
        assert fingerprint(target) == before, "the run changed the target"
        return Ran(ended.returncode, output, reports)

    return run


def fingerprint(target: Path) -> str:
    """Return a digest over names, modes, times and contents of everything below a path."""
    digest = hashlib.sha256()
    below = [Path(folder) / name for folder, folders, files in os.walk(target) for name in (*folders, *files)]
    for path in [target, *sorted(below)]:
        if not os.path.lexists(path):
            continue
        status = path.lstat()
        digest.update(repr((os.fsencode(path), status.st_mode, status.st_mtime_ns, status.st_size)).encode())
        if path.is_symlink():
            digest.update(os.fsencode(path.readlink()))
        elif path.is_file() and status.st_size < 100_000_000:
            digest.update(path.read_bytes())
    return digest.hexdigest()


class TestCouldNotRun:
    """Exit code 2, one line that says what to mend, and no report."""

    def refused(self, ran: Ran, message: str) -> None:
        assert ran.code == COULD_NOT_RUN, ran.output
        lines = [line for line in ran.output.splitlines() if line and line != "ABORTED: By user."]  # behave's own
        assert len(lines) == 1, ran.output
        assert message in lines[0]
        assert not ran.reports.exists()

    def test_target_that_does_not_exist(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        self.refused(run(tmp_path / "missing"), "missing does not exist; give the folder of a repository")

    def test_target_that_is_a_file(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        self.refused(run(tmp_path / "file"), "is a file; give the folder of a repository")

    def test_target_that_is_empty(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        self.refused(run(tmp_path / "empty"), "holds no file; give the folder of a repository")

    def test_target_that_is_a_link_to_itself(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "loop").symlink_to("loop")
        self.refused(run(tmp_path / "loop"), "does not exist")

    def test_malformed_waiver(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = empty_target(tmp_path).plant(
            "supplychain.toml",
            'schema = 1\n[[waiver]]\nid = "W-1"\nrequirement = "1.1"\ncomponent = "c"\nreason = "r"\n'
            'owner = "one"\napprover = "one"\ncreated = 2026-10-01\nexpires = 2026-11-01\n',
        )
        self.refused(run(target.path), "supplychain.toml:2: waiver.0: waiver W-1: its owner one cannot approve it")

    def test_declaration_of_50_megabytes(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = empty_target(tmp_path).plant("supplychain.toml", "schema = 1\n")
        os.truncate(target.path / "supplychain.toml", 50_000_000)
        self.refused(run(target.path), "may have 1,000,000 bytes; this one has 50,000,000")

    def test_declaration_nested_too_deeply(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = empty_target(tmp_path).plant("supplychain.toml", "schema = " + "[" * 100_000)
        self.refused(run(target.path), "supplychain.toml: nested too deeply")

    def test_declaration_with_a_wrong_type(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = empty_target(tmp_path).plant("supplychain.toml", "schema = 1\nproject = 'x'\n")
        self.refused(run(target.path), "supplychain.toml:2: project: ")

    def test_policy_with_an_unknown_key(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        (tmp_path / "policy.toml").write_text("[waivers]\nmax_day = 1\n")
        ran = run(empty_target(tmp_path).path, tmp_path / "policy.toml")
        self.refused(ran, "policy.toml:2: waivers.max_day: unknown key; did you mean 'max_days'?")

    def test_policy_inside_the_target(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = empty_target(tmp_path).plant("policy.toml", "")
        self.refused(run(target.path, target.path / "policy.toml"), "a target cannot set its own rules")

    def test_policy_that_does_not_exist(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        self.refused(run(empty_target(tmp_path).path, tmp_path / "policy.toml"), "cannot be read: No such file")


UNPARSABLE = {
    "app/python2.py": b"print 'Python 2'\n",
    "app/null.py": b"import torch\0\n",
    "app/open.py": b"x = " + b"(" * 20_000,
    "app/encoding.py": b"# coding: nonsense\nx = 1\n",
    "requirements-broken.txt": b"torch==2.8.0 --hash=\n-r\n\xff\xfe\n",
}
AT_ITS_LIMITS = {
    "app/sum.py": b"x = " + b"1 + " * 5_000 + b"1\n",
    "app/text.py": b"x = f(" + b"'a' + " * 5_000 + b"name)\n",
    "app/attributes.py": b"x = a" + b".b" * 5_000 + b"()\n",
    "app/negations.py": b"x = " + b"not " * 5_000 + b"1\n",
    "app/branches.py": b"if x:\n    pass\n" + b"elif x:\n    pass\n" * 3_000,
    "app/line.py": b"x = '" + b"a" * 3_000_000 + b"'\n",
    "app/numbers.py": b"x = [" + b"1, " * 50_000 + b"]\n",
}


class TestCouldNotRead:
    """The run goes on; a file is named where something could have been missed in it."""

    def test_files_that_cannot_be_parsed_are_each_named(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = sound_target(tmp_path)
        for name, content in UNPARSABLE.items():
            target.plant(name, content)
        ran = run(target.path)
        assert ran.code == UNDETERMINED, ran.output
        assert {row["at"]["file"] for row in ran.rows("1.1") if row["outcome"] == "undetermined"} == set(UNPARSABLE)

    def test_python_at_its_limits_is_read_or_named(self, run: Callable[..., Ran], tmp_path: Path) -> None:
        target = sound_target(tmp_path)
        for name, content in AT_ITS_LIMITS.items():
            target.plant(name, content)
        ran = run(target.path)
        assert ran.code == UNDETERMINED, ran.output
        assert {row["rule"] for row in ran.rows("1.1")} <= {"trusted-registry", "not-read"}


def test_a_target_full_of_hostile_names_and_links_is_assessed(run: Callable[..., Ran], tmp_path: Path) -> None:
    target: BuiltTarget = sound_target(tmp_path)
    for name in (b"new\nline.py", b"esc\x1b[31m.py", b"not-utf8-\xff.py", "bidi\u202eyp.py".encode()):
        (target.path / os.fsdecode(name)).write_bytes(b"import torch\ntorch.hub.load('a/b', 'c')\n")
    for link, leads_to in (("loop", "loop"), ("out", "/etc/hostname"), ("up", ".."), ("far", "x" * 300)):
        (target.path / link).symlink_to(leads_to)
    os.mkfifo(target.path / "pipe.py")
    (target.path / "huge.bin").touch()
    os.truncate(target.path / "huge.bin", 2_000_000_000)
    ran = run(target.path)
    assert ran.code in {1, UNDETERMINED}, ran.output
    assert "\x1b" not in ran.output
    named = {row["at"]["file"] for row in ran.rows("1.1")}
    assert {r"new\nline.py", r"esc\x1b[31m.py", r"not-utf8-\udcff.py", r"bidi\u202eyp.py"} <= named
