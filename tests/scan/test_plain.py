"""Files whose readers run nothing that they hold, and those of the same formats that may hold more."""

from pathlib import Path

import pytest

from supplychain import catalog
from supplychain.catalog.indicator import PlainFormat
from tests.scan.support import seen

_NOISE = bytes(range(128, 256)) * 40
"""Bytes that are no text."""


@pytest.mark.parametrize("form", catalog.plain_formats(), ids=lambda form: f"{form.name} {form.magic!r}")
def test_a_file_of_a_plain_format_is_safe_and_one_of_none_is_not(form: PlainFormat, tmp_path: Path) -> None:
    magic = form.magic.encode("latin-1")
    scanned = seen(tmp_path, bytes(form.offset) + magic + _NOISE)
    assert (scanned.verdict, scanned.format) == ("safe", "plain")
    assert seen(tmp_path, b"\xfe" + bytes(form.offset) + magic + _NOISE).verdict == "not fully scanned"


@pytest.mark.parametrize("at", [0, (4 << 20) - 20, 5 << 20])
@pytest.mark.parametrize("name", [b"/JavaScript (x)", b"/J#61vaScript ", b"/#4aS<", b"/ObjStm", b"/Launch"])
def test_a_pdf_that_may_act_is_not_fully_scanned(name: bytes, at: int, tmp_path: Path) -> None:
    scanned = seen(tmp_path, b"%PDF-1.7\n" + bytes(at) + name + _NOISE)
    assert scanned.verdict == "not fully scanned"
    assert scanned.problem.startswith("plain: it is PDF and holds '/")


def test_a_table_with_macros_is_not_fully_scanned(tmp_path: Path) -> None:
    data = bytes.fromhex("d0cf11e0a1b11ae1") + _NOISE + "_VBA_PROJECT".encode("utf-16-le") + _NOISE
    assert "holds 'VBA'" in seen(tmp_path, data).problem


def test_a_zip_is_no_pickle(tmp_path: Path) -> None:
    from tests.scan.support import zipped

    members = {f"a\n{number}": b"cos\nsystem\n." * 40 for number in range(3)} | {"b": b"text"}
    scanned = seen(tmp_path, zipped(members))
    assert "pickle" not in scanned.format
    assert scanned.format == "zip"


@pytest.mark.parametrize("name", ["urlparse", "cStringIO", "_winreg", "xmlrpclib", "distutils.util", "anydbm"])
def test_old_names_of_the_standard_library_are_malicious(name: str) -> None:
    assert catalog.pickle_globals().judge(name, "x").verdict == "malicious"


def test_what_torchscript_writes_is_allowed_and_nothing_beside_it() -> None:
    judge = catalog.pickle_globals().judge
    assert judge("torch.jit._pickle", "build_intlist").verdict == "allowed"
    assert judge("torch.jit._pickle", "restore_type_tag").verdict == "allowed"
    for module, name in [("torch.jit._pickle", "build_intlist_"), ("torch.jit", "load"), ("torch.jit._pickle.a", "x")]:
        assert judge(module, name).verdict == "malicious"
