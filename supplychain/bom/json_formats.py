"""The formats of JSON Schema that the schemas of CycloneDX ask for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import AddressValueError, IPv4Address, IPv6Address

_PLANES = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
_OTHER = f"\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{_PLANES}{chr(0xE1000)}-{chr(0xEFFFD)}"
_PRIVATE = f"\ue000-\uf8ff{chr(0xF0000)}-{chr(0xFFFFD)}{chr(0x100000)}-{chr(0x10FFFD)}"
_PLAIN = r"(?:[A-Za-z0-9._~!$&'()*+,;=\u00e9-]|%[0-9A-Fa-f]{2})"
_IRI = re.compile(
    rf"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)?
    (?: //(?:(?:{_PLAIN}|:)*@)? (?:\[(?P<address>[^\]]*)\]|{_PLAIN}*) (?::[0-9]*)? (?:/(?:{_PLAIN}|[:@/])*)?
      | (?!//)(?P<path>(?:{_PLAIN}|[:@/])*) )
    (?:\?(?:{_PLAIN}|[:@/?\ue000])*)? (?:[#](?:{_PLAIN}|[:@/?])*)?""",
    re.VERBOSE,
)
_FUTURE = re.compile(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+")
_TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt](?P<clock>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d|60)(?:\.\d+)?"
    r"(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_LOCAL = re.compile(r"[^\x00-\x20\"(),:;<>@\[\\\]\x7f.]+(?:\.[^\x00-\x20\"(),:;<>@\[\\\]\x7f.]+)*")
_QUOTED = re.compile(r'"(?:[^\x00-\x1f"\\\x7f]|\\[^\x00-\x1f\x7f])*"')


def _is_iri_reference(text: str) -> bool:
    """Whether a text is a reference by RFC 3987."""
    if not text.isascii():  # two letters stand for all others, of which a pattern would be slow to compile
        text = re.sub(f"[{_PRIVATE}]", "\ue000", re.sub(f"[{_OTHER}]", "\u00e9", text))
    match = _IRI.fullmatch(text)
    if match is None:
        return False
    if (address := match["address"]) is not None and not _FUTURE.fullmatch(address) and not _is_v6(address):
        return False
    return match["scheme"] is not None or ":" not in (match["path"] or "").partition("/")[0]


def _is_uri(text: str) -> bool:
    """Whether a text is an address by RFC 3986, which has no other letters and is not relative."""
    match = _IRI.fullmatch(text)
    return text.isascii() and match is not None and match["scheme"] is not None and _is_iri_reference(text)


def _is_v6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return "%" not in text


def _is_date(text: str) -> bool:
    """Whether a text is a full date by RFC 3339."""
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and _is_day(text)


def _is_day(text: str) -> bool:
    year = "2000" if text.startswith("0000") else text[:4]  # Python knows no year 0, which has the days of 2000
    try:
        date.fromisoformat(year + text[4:])
    except ValueError:
        return False
    return True


def _is_time(text: str) -> bool:
    """Whether a text is a time by RFC 3339; the 60th second is the last of a day of UTC."""
    match = _TIME.fullmatch(text)
    if match is None or not _is_day(match["day"]):
        return False
    hours, minutes = (
        (0, 0) if match["zone"] in "Zz" else (int(match["zone"][:3]), int(match["zone"][0] + match["zone"][4:]))
    )
    passed = int(match["clock"]) * 60 + int(match["minute"]) - hours * 60 - minutes
    return match["second"] != "60" or passed % 1440 == 1439


def _is_email(text: str) -> bool:
    """Whether a text is an address by RFC 6531."""
    import idna  # here, since few inventories name one

    local, _, host = text.rpartition("@")
    if len(local) > 64 or host.endswith(".") or not (_LOCAL.fullmatch(local) or _QUOTED.fullmatch(local)):
        return False
    if host.startswith("[") and host.endswith("]"):
        inner = host[1:-1]
        return _is_v6(inner[5:]) if inner.startswith("IPv6:") else _is_v4(inner)
    try:
        idna.encode(host)
    except idna.IDNAError:
        return False
    return True


def _is_v4(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": _is_date,
    "date-time": _is_time,
    "idn-email": _is_email,
    "iri-reference": _is_iri_reference,
    "uri": _is_uri,
    "string": lambda _: True,  # no format, though the schemas of CycloneDX 1.2 to 1.4 ask for it
}
