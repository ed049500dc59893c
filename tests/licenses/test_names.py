"""What a text names: ids, names and expressions, as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain import catalog
from supplychain.licenses.names import license_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mit", "mit"),
        ("MIT License", "mit"),
        ("Apache 2.0", "apache-2.0"),
        ("apache_license-2.0", "apache-2.0"),
        ("llama3.1", "llama3.1"),
        ("Llama 3.1 Community License", "llama3.1"),
        ("cc-by-nc-4.0", "cc-by-nc-4.0"),
        ("CC BY 4.0", "cc-by-4.0"),
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("GPL-3.0+", "gpl-3.0"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0"),
        ("openrail", "openrail"),
        ("other", "other"),
        ("MIT OR Apache-2.0", "apache-2.0 OR mit"),
        ("MIT AND (Apache-2.0 OR BSD-3-Clause)", "apache-2.0 AND mit OR bsd-3-clause AND mit"),
        ("MIT OR LicenseRef-Llama-3", "llama3 OR mit"),
        ("MIT OR Acme-1.0", "mit OR unknown"),
        ("MIT AND ISC", "mit AND unknown"),
        ("ISC", None),
        ("isc", None),
        ("LicenseRef-proprietary", None),
        ("", None),
        ("MIT/Apache", None),
        ("see LICENSE", None),
        (" AND ".join(["MIT"] * 40), None),
        ("(" * 200, None),
    ],
)
def test_a_text_names(text: str, expected: str | None) -> None:
    assert license_of(text) == expected


def test_every_name_of_the_table_names_its_row() -> None:
    for entry in catalog.licenses().values():
        for name in (entry.id, entry.id.upper(), entry.name, *entry.spdx, *entry.aliases):
            assert license_of(name) == entry.id, name


@given(text=st.text(max_size=60) | st.lists(st.sampled_from(["MIT", "OR", "AND", "WITH", "(", ")", "x"])).map(" ".join))
@settings(deadline=None, max_examples=150)
def test_any_text_names_rows_of_the_table_or_nothing(text: str) -> None:
    found = license_of(text)
    if found is not None:
        assert set(found.replace(" OR ", " AND ").split(" AND ")) <= set(catalog.licenses())
