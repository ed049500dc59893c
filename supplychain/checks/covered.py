"""What a scan can claim, in words made from what ran: which layers, over how many bytes, and what they did not cover."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Sized

from supplychain.model.scan import Scanned
from supplychain.model.text import LIMIT

ROOM = LIMIT - 100
"""Characters that it takes at most; the rest of a row is for what its rule and the engine add."""
_SHOWN = 5
_LONGEST_GAP = 120
TRAINED = "what the weights were trained to do"
"""No layer looks at it: every layer reads bytes, and none runs a model."""


def covered(scans: Sequence[Scanned], room: int = ROOM) -> str:
    """Return what was found by which layers over how many bytes, and what was not covered, as one clause without a period.

    Where that is longer than the room, fewer layers and gaps are named and the others counted, down to their numbers alone.
    """
    if not scans:
        return f"nothing was scanned; not covered: everything, and {TRAINED}"
    size = sum(one.size for one in scans)
    files = f"{size:,} bytes of {count(scans, 'file')}"
    found, looked, gaps = _found(scans), _looked(scans), [gap for one in scans for gap in _gaps(one)]
    steps = [(shown, shown) for shown in range(_SHOWN, 0, -1)] + [(shown, 0) for shown in range(_SHOWN, -1, -1)]
    told = [f"{_by(found, looked, some)} over {files}; not covered: {_left(gaps, left)}" for some, left in steps]
    return next((one for one in told if len(one) <= room), told[-1])


def shortened(text: str, most: int) -> str:
    """Return at most so many characters of a text, cut visibly."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _found(scans: Sequence[Scanned]) -> str:
    verdicts = Counter(indicator.verdict for one in scans for indicator in one.indicators)
    notes = verdicts.pop("note", 0)
    told = ", ".join(f"{count:,} of verdict {verdict}" for verdict, count in sorted(verdicts.items()))
    beside = f" ({notes:,} noted that decide{'s' * (notes == 1)} nothing)" if notes else ""
    return (f"indicators found ({told})" if told else "no indicator found") + beside


def _looked(scans: Sequence[Scanned]) -> Counter[str]:
    """Return the layers that ran to their end on a file, each with its bytes; those of unpacked members count as well."""
    looked: Counter[str] = Counter()
    for one in scans:
        for entry in one.coverage:
            if entry.state == "ran":
                looked[entry.layer] += entry.bytes
    return looked


def _by(found: str, looked: Counter[str], shown: int) -> str:
    """Return what was found by what; where no layer came to its end, that nothing was found says nothing."""
    if looked:
        return f"{found} by {_layers(looked, shown)}"
    none = "no layer came to its end"
    return f"{found}, and {none}" if found.startswith("indicators") else none


def _layers(looked: Counter[str], shown: int) -> str:
    """Return the layers that looked at most, and how many others there are."""
    if not shown:
        return count(looked, "layer")
    most = sorted(looked.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{layer} ({count:,} bytes)" for layer, count in most[:shown])
    more = f" and {len(most) - shown:,} more" if len(most) > shown else ""
    return f"layer{'s' * (len(looked) != 1)} {named}{more}"


def _left(gaps: Sequence[str], shown: int) -> str:
    """Return the first gaps, how many others there are, and what no layer ever looks at."""
    told = [shortened(gap, _LONGEST_GAP) for gap in gaps[:shown]]
    more = len(gaps) - len(told)
    if more:
        told.append(f"{more:,} more" if told else count(gaps, "gap"))
    return "; ".join([*told, TRAINED])


def count(of: Sized, noun: str) -> str:
    """Return how many there are, with their noun."""
    return f"{len(of):,} {noun}{'s' * (len(of) != 1)}"


def _gaps(one: Scanned) -> Iterator[str]:
    """Yield what no layer looked at of a file."""
    for entry in one.coverage:
        if entry.state != "ran":
            yield f"{entry.layer} of {one.path} ({entry.reason})"
    if not one.coverage:
        yield f"all of {one.path}"
    elif (unseen := one.size - sum(entry.bytes for entry in one.coverage if entry.state == "ran")) > 0:
        yield f"at least {unseen:,} bytes of {one.path} that no layer looked at"
