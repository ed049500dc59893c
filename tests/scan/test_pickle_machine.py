"""What is read of pickles is held against what Python's own machine does with them: no import may go unseen."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supplychain.scan.interface import Limits, Report
from supplychain.scan.pickles import raw
from supplychain.scan.pickles.stream import read
from supplychain.scan.source import BytesReader
from tests.scan.streams import made, real

_CHILD = Path(__file__).with_name("recorder.py")


def _imports(streams: list[bytes]) -> list[set[tuple[str, str]] | None]:
    """Return what Python's machine imports for each stream; None where it died."""
    found: list[set[tuple[str, str]] | None] = []
    while len(found) < len(streams):
        rest = b"".join(len(data).to_bytes(4, "little") + data for data in streams[len(found) :])
        child = subprocess.run(
            [sys.executable, "-I", str(_CHILD)], input=rest, capture_output=True, timeout=600, check=False
        )
        for line in child.stdout.splitlines():
            found.append({(_text(module), _text(name)) for module, name in json.loads(line)})
        if child.returncode:
            found.append(None)
    return found


def _text(raw: str) -> str:
    return bytes.fromhex(raw).decode("utf-8", "backslashreplace")


def _unseen(data: bytes, imports: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return what was imported and is neither told nor covered by one whose name is hidden, or by frames that end within an opcode."""
    stream = read(BytesReader("stream", data), 0, Report(Limits(), deadline=time.monotonic() + 60))
    return (
        set()
        if stream.computed or stream.crossed
        else imports - {(found.module, found.name) for found in stream.imports}
    )


def _check(streams: list[bytes]) -> int:
    """Check streams, and return how many imports there were."""
    told = 0
    for data, imports in zip(streams, _imports(streams), strict=True):
        if imports is not None:
            told += len(imports)
            assert not _unseen(data, imports), data.hex()
    return told


def test_every_import_of_a_real_pickle_is_read_and_no_other() -> None:
    streams = real()
    for data, imports in zip(streams, _imports(streams), strict=True):
        stream = read(BytesReader("stream", data), 0, Report(Limits()))
        assert {(found.module, found.name) for found in stream.imports} == imports
        assert (stream.computed, stream.crossed, stream.problem, stream.end) == ([], [], "", len(data))


def test_no_import_of_a_changed_or_made_stream_goes_unseen() -> None:
    assert _check(list(made(7, 2_000))) > 500


@pytest.mark.long
def test_no_import_of_200_000_streams_goes_unseen() -> None:
    assert sum(_check(list(made(seed, 10_000))) for seed in range(100, 120)) > 50_000


@pytest.mark.parametrize(
    "memo",
    [
        pytest.param(b"\x94", id="remembered in order"),
        pytest.param(b"\x940\x8c\x02osq\x00", id="remembered over by a number"),
        pytest.param(b"\x940\x8c\x02osr\x00\x00\x00\x00", id="remembered over by a long number"),
        pytest.param(b"\x940\x8c\x02osp0\n", id="remembered over by a number in a line"),
    ],
)
def test_a_name_that_is_remembered_over_does_not_hide_an_import(memo: bytes) -> None:
    data = b"\x80\x04\x8c\x0bcollections" + memo + b"0h\x00\x8c\x06system\x93."
    assert _check([data]) == 1


def _framed(inner: bytes, length: int) -> bytes:
    return b"\x80\x04\x95" + length.to_bytes(8, "little") + inner


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_framed(b"c__torch__.os\nsystem\n.", 11), id="the name of a module"),
        pytest.param(_framed(b"\x8c\x0ccos\nsystem\n.", 2), id="a text"),
        pytest.param(_framed(b"NN\x95\x40" + b"\0" * 7 + b"N" * 60 + b".", 20), id="a frame in a frame"),
        pytest.param(_framed(b"N.cos\nsystem\n.", 10), id="the end of the stream"),
    ],
)
def test_opcodes_that_go_beyond_their_frame_are_malicious(data: bytes) -> None:
    assert read(BytesReader("stream", data), 0, Report(Limits())).crossed
    report = Report(Limits())
    raw.scan(BytesReader("stream", data), report)
    assert "pickle-crosses-frame" in {indicator.rule for indicator in report.indicators}


def test_python_itself_reads_another_name_where_a_frame_ends_within_it() -> None:
    assert _imports([_framed(b"c__torch__.os\nsystem\n.", 11)]) == [{("os", "system")}]


def test_a_name_may_be_put_on_the_stack_in_one_frame_and_imported_in_the_next() -> None:
    data = _framed(b"\x8c\x02os\x94", 5) + _framed(b"\x8c\x06system\x94\x93.", 11)[2:]
    stream = read(BytesReader("stream", data), 0, Report(Limits()))
    assert [str(found) for found in stream.imports] == ["os.system"]
    assert not stream.computed
    assert not stream.crossed
