"""Reports of scanners that are told by their form: the types of scanners.toml."""

from typing import Literal

from supplychain.catalog.interface import Data


class ReportForm(Data):
    """A JSON form in which a scanner of packages reports."""

    key: str
    scanner: str
    marks: tuple[str, ...]
    """Keys of which all stand in the beginning of such a file."""


class SarifDriver(Data):
    """A scanner that writes SARIF, and how it names a package there."""

    driver: str
    scanner: str
    named_in: Literal["message", "logical location"] = "message"
    pattern: str
    """A pattern with the groups `name` and `version`, and where it has it `ecosystem`."""
    ids_in_rule: bool = False


class ScannerReports(Data):
    """Where reports of scanners lie, and what tells them apart."""

    names: tuple[str, ...]
    id_pattern: str
    """What an id of a vulnerability looks like in a sentence."""
    form: tuple[ReportForm, ...]
    sarif: tuple[SarifDriver, ...]
    ecosystems: dict[str, str]
    """Ecosystems by what a report says in their place: a word, a tag, a file's name."""
