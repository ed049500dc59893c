"""Addresses lose what may be a secret, and keep the host that a client would ask."""

from __future__ import annotations

import pytest

from supplychain.model.address import stated, without_credentials


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://h.example/simple", "https://h.example/simple"),
        ("https://user:pw@h.example/simple", "https://h.example/simple"),
        ("https://user:p@w@h.example/simple", "https://h.example/simple"),
        ("https://user:p/w@h.example/simple", "https://h.example/simple"),
        ("https://token@h.example:8443/a?token=x#sha256=1", "https://h.example:8443/a#sha256=1"),
        ("git+ssh://git@h.example/o/r.git#abc", "git+ssh://h.example/o/r.git#abc"),
        ("git@h.example:o/r.git", "h.example:o/r.git"),
        ("//user:pw@h.example/a", "//h.example/a"),
        ("https://evil.example\\@good.example/a", "https://evil.example/@good.example/a"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        ("conda-forge", "conda-forge"),
        ("./wheels", "./wheels"),
    ],
)
def test_a_user_and_a_password_are_no_part_of_an_address(written: str, kept: str) -> None:
    assert without_credentials(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://${TOKEN}@h.example/simple", "https://h.example/simple"),
        ("https://h.example/whl/${CUDA}", "https://h.example/whl/${CUDA}"),
        ("https://${HOST}/simple", None),
        ("${{ secrets.INDEX }}", None),
        ("https://%HOST%/", None),
        ("https://{host}/simple", None),
        ("<your-index>", None),
        ("", None),
    ],
)
def test_what_is_made_at_run_time_is_none_where_its_host_is(written: str, kept: str | None) -> None:
    assert stated(written) == kept
