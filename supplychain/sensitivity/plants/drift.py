"""Changes against the baseline that the target carries."""

from __future__ import annotations

import json
from random import Random

from supplychain.sensitivity.ground import Ground, token
from supplychain.sensitivity.interface import CannotPlantError, Plant, kind


@kind("record of a component changed in the baseline", "9.1")
def record_changed(ground: Ground, rng: Random) -> Plant:
    """Change what the baseline records of a component that has not changed since."""
    passing = {row.component for row in ground.findings["9.1"].observations if row.outcome == "pass"}
    file = ground.case.baseline.file if ground.case.baseline else ""
    if not file or ground.case.baseline is None or ground.case.baseline.baseline is None:
        raise CannotPlantError("the target has no baseline")
    document = json.loads(ground.text(file) or "{}")
    found = [entry for entry in document["components"] if entry["id"] in passing]
    if not found:
        raise CannotPlantError("no component passes 9.1")
    entry = rng.choice(found)
    fields = [name for name in ("revisions", "registries", "checksums", "digests") if entry.get(name)]
    way = rng.choice([*fields, "gone"])
    if way == "gone":
        document["components"].remove(entry)
    else:
        entry[way] = [f"sha256:{rng.getrandbits(256):064x}" if way in ("checksums", "digests") else token(rng)]
    data = (json.dumps(document, indent=1) + "\n").encode()
    return Plant(way, file, f"{way} of {entry['id']}", (entry["id"],), data=data, wide=True)
