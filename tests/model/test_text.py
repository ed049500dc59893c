"""What a target's text looks like after it was made printable."""

import unicodedata

import pytest

from supplychain.model.text import LIMIT, printable

OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", r"a\nb"),
        ("a\r\tb", r"a\r\tb"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x00", r"\x00"),
        ("\x9b31m", r"\x9b31m"),
        ("x\u202ey", r"x\u202ey"),
        ("x\u2066y\u2069", r"x\u2066y\u2069"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ufeffmark", r"\ufeffmark"),
        ("line\u2028separator\u2029", r"line\u2028separator\u2029"),
        ("\ue000", r"\ue000"),
        ("\U000e0041", r"\U000e0041"),
        ("\udcff", r"\udcff"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_a_reader_would_obey_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("text", ["", "plain", "a b/c-d_e.f", "<script>", "Überprüfung", "模型", "🤗 hub", r"C:\new"])
def test_plain_text_is_unchanged(text: str) -> None:
    assert printable(text) == text


def test_text_of_the_limit_is_whole() -> None:
    assert printable("ä" * LIMIT) == "ä" * LIMIT


@pytest.mark.parametrize("text", ["a" * (LIMIT + 1), "ä" * 10_000, "\n" * LIMIT])
def test_longer_text_is_cut_visibly(text: str) -> None:
    shown = printable(text)
    assert len(shown) == LIMIT
    assert shown.endswith("…")


def test_text_just_beyond_the_limit_is_cut_although_its_end_is_short() -> None:
    assert printable("a" * LIMIT + "b") == "a" * (LIMIT - 1) + "…"


@pytest.mark.parametrize("start", range(0, 0x11000, 0x400))
def test_no_character_gets_through_that_breaks_a_line_or_an_encoder(start: int) -> None:
    shown = "".join(printable(chr(code)) for code in range(start, start + 0x400))
    assert shown.encode("utf-8")
    assert not OBEYED & {unicodedata.category(character) for character in shown}


@pytest.mark.parametrize("text", ["a\nb", "x\u202ey", "ä" * 10_000, "\n" * LIMIT, r"C:\new", "\udcff"])
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)
