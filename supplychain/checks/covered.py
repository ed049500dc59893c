"""What a scan can claim, in words made from what ran: which layers, over how many bytes, and what they did not cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from supplychain.model.scan import Scanned

_SHOWN = 5
_TRAINED = "what the weights were trained to do"
"""No layer looks at it: every layer reads bytes, and none runs a model."""


def covered(scans: Sequence[Scanned]) -> str:
    """Return what was found by which layers over how many bytes, and what was not covered, as one clause without a period."""
    if not scans:
        return f"nothing was scanned; not covered: everything, and {_TRAINED}"
    size = sum(one.size for one in scans)
    files = f"{len(scans):,} file{'s' * (len(scans) != 1)}"
    return f"{_found(scans)} by {_layers(scans)} over {size:,} bytes of {files}; not covered: {_left(scans)}"


def _found(scans: Sequence[Scanned]) -> str:
    verdicts = Counter(indicator.verdict for one in scans for indicator in one.indicators)
    notes = verdicts.pop("note", 0)
    told = ", ".join(f"{count:,} of verdict {verdict}" for verdict, count in sorted(verdicts.items()))
    beside = f" ({notes:,} noted that decide{'s' * (notes == 1)} nothing)" if notes else ""
    return (f"indicators found ({told})" if told else "no indicator found") + beside


def _layers(scans: Sequence[Scanned]) -> str:
    """Return the layers that ran to their end on a file, each with its bytes; those of unpacked members count as well."""
    looked: Counter[str] = Counter()
    for one in scans:
        for entry in one.coverage:
            if entry.state == "ran":
                looked[entry.layer] += entry.bytes
    if not looked:
        return "no layer"
    named = ", ".join(f"{layer} ({count:,} bytes)" for layer, count in sorted(looked.items()))
    return f"layer{'s' * (len(looked) != 1)} {named}"


def _left(scans: Sequence[Scanned]) -> str:
    gaps = [gap for one in scans for gap in _gaps(one)]
    more = [f"{len(gaps) - _SHOWN:,} more"] if len(gaps) > _SHOWN else []
    return "; ".join([*gaps[:_SHOWN], *more, _TRAINED])


def _gaps(one: Scanned) -> Iterator[str]:
    """Yield what no layer looked at of a file."""
    for entry in one.coverage:
        if entry.state != "ran":
            yield f"{entry.layer} of {one.path} ({entry.reason})"
    if not one.coverage:
        yield f"all of {one.path}"
    elif (unseen := one.size - sum(entry.bytes for entry in one.coverage if entry.state == "ran")) > 0:
        yield f"at least {unseen:,} bytes of {one.path} that no layer looked at"
