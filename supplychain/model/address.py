"""Addresses as files of a target write them: without the names and passwords that may stand in them."""

import re

_BEGIN = re.compile(r"(?P<scheme>(?:[A-Za-z][\w+.-]*:)?//)(?P<authority>[^/?#\\]*)(?P<rest>.*)", re.DOTALL)
_PORT = re.compile(r"[^:]*|\[[^\]]*\](:\d*)?|[^:]*:\d*|.*[${%].*", re.DOTALL)
"""An authority without a user: a host with a port that is a number, or one that is made at run time."""
_SHORT = re.compile(r"[\w.+-]+@(?P<rest>[\w.-]+:(?!//).*)", re.DOTALL)
"""How git and ssh write a repository: `git@host:path`."""
_MADE = re.compile(r"\$[\w({]|\{\{|\{\w|`|%\w+%|%\(|\ue000|<[A-Za-z]")
"""What a shell, a template or a reader fills in."""


def without_credentials(address: str) -> str:
    r"""Return an address without the user, the password and the query, which may hold a token.

    As the clients do, the host ends at the first `/`, `?`, `#` or `\`.
    """
    address = address.strip()
    match = _BEGIN.match(address)
    if match is None:
        short = _SHORT.fullmatch(address)
        return short["rest"] if short else address
    authority, rest = match["authority"].rpartition("@")[2], match["rest"]
    if not _PORT.fullmatch(authority) and "@" in rest:  # a password with a slash in it, of which nothing may stay
        authority, _, rest = rest.rpartition("@")[2].partition("/")
        rest = f"/{rest}"
    path, mark, fragment = rest.replace("\\", "/").partition("#")
    return f"{match['scheme']}{authority}{path.partition('?')[0]}{mark}{fragment}"


def stated(address: str, *, is_known: bool = True) -> str | None:
    """Return an address without credentials, or None where it is made at run time.

    An address whose host stands there is kept with what a shell fills in behind it, since the host is what counts.
    """
    plain = without_credentials(address)
    match = _BEGIN.match(plain)
    decided = match["authority"] if match else plain
    if not plain or _MADE.search(decided) or (not is_known and (match is None or not decided)):
        return None
    return plain
