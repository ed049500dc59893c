"""Which names a pickle may import, as data."""

import re
import sys
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from typing import Literal, NamedTuple

from pydantic import PrivateAttr

from supplychain.catalog.interface import Data


class Names(Data):
    """Names of modules, and why they are judged as they are."""

    module: str
    """A regular expression that has to match the whole name."""
    names: str
    reason: str
    _pattern: re.Pattern[str] = PrivateAttr()

    def model_post_init(self, _: object) -> None:
        """Compile the patterns."""
        self._pattern = re.compile(f"(?:{self.module})\0(?:{self.names})", re.DOTALL)

    def matches(self, module: str, name: str) -> bool:
        """Whether a name of a module is one of them."""
        return self._pattern.fullmatch(f"{module}\0{name}") is not None


class Judgment(NamedTuple):
    """How an import is judged, and why."""

    verdict: Literal["allowed", "review", "malicious"]
    reason: str


class PickleGlobals(Data):
    """All names that are judged; what is on no list is malicious in the standard library, and else for review."""

    allowed: tuple[Names, ...]
    malicious: tuple[Names, ...]

    def judge(self, module: str, name: str) -> Judgment:
        """Return how an import of a pickle is judged: what is malicious goes before what is allowed."""
        for entry in self.malicious:
            if entry.matches(module, name):
                return Judgment("malicious", entry.reason)
        for entry in self.allowed:
            if entry.matches(module, name):
                return Judgment("allowed", entry.reason)
        if module.partition(".")[0] in _STANDARD:
            return Judgment("malicious", "a part of the standard library that no model needs")
        return Judgment("review", "it is on no list")


_REMOVED = {
    "_bootlocale",
    "_interpchannels",
    "_interpqueues",
    "_interpreters",
    "_pyrepl",
    "_xxsubinterpreters",
    "annotationlib",
    "asynchat",
    "asyncore",
    "binhex",
    "cgi",
    "commands",
    "compression",
    "crypt",
    "dircache",
    "distutils",
    "formatter",
    "idlelib",
    "ihooks",
    "imp",
    "imputil",
    "lib2to3",
    "macpath",
    "mailcap",
    "msilib",
    "multifile",
    "mutex",
    "new",
    "nis",
    "nntplib",
    "nt",
    "os2",
    "ossaudiodev",
    "parser",
    "pipes",
    "popen2",
    "posix",
    "posixfile",
    "rexec",
    "smtpd",
    "spwd",
    "statvfs",
    "symbol",
    "telnetlib",
    "test",
    "turtledemo",
    "uu",
    "xdrlib",
}
"""Modules that some versions of Python have and others have not, of those that may load the file."""
_STANDARD = (
    sys.stdlib_module_names
    | _REMOVED
    | {name.partition(".")[0] for name in (*IMPORT_MAPPING, *(module for module, _ in NAME_MAPPING))}
)
"""The standard library, with what it was called in Python 2: pickles of the protocols up to 2 use those names."""
