"""House rule 92.1: no model is a pickle."""

from __future__ import annotations

import re

from supplychain import catalog
from supplychain.checks.canaries.house_models import plant_pickles
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, models, unseen
from supplychain.checks.population import Named
from supplychain.model.case import Case
from supplychain.model.reference import Reference, Resolution


@check("92.1", population=models, canaries=plant_pickles)
def no_pickle(case: Case, subject: Named | Declared) -> Answer:  # noqa: ARG001 - the reference says it all
    """Decide on what is seen of the format: arguments, first bytes, the loading function, then the ending of the name."""
    if not isinstance(subject, Reference):
        return unseen(subject)
    known, call = catalog.artifacts().pickle, subject.call or "its client"
    named = {"id": subject.subject, "call": call}
    if allowing := [flag for flag in subject.flags if flag in known.allowing]:
        return answer("pickles-allowed", evidence=subject.digest, flag=allowing[0], **named)
    if subject.resolution is Resolution.FILE and call in known.formats:
        return answer("a-pickle", evidence=subject.checksum, seen=f"its first bytes are those of a {call}", **named)
    if subject.resolution is Resolution.FILE and call in known.other_formats:
        return answer("other-format", evidence=subject.checksum, seen=f"its first bytes are those of {call}")
    if re.fullmatch(known.loaders, call):
        return answer("loads-pickles", evidence=subject.digest, **named)
    if (ending := _ending(subject, known.suffixes)) is not None:
        return answer("a-pickle", evidence=subject.digest, seen=f"its name ends in {ending}", **named)
    if (ending := _ending(subject, known.other_suffixes)) is not None:
        return answer("other-format", evidence=subject.digest, seen=f"its name ends in {ending}")
    if flag := next((flag for flag in subject.flags if flag in known.refusing), None):
        return answer("other-format", evidence=subject.digest, seen=f"{flag} takes safetensors alone")
    for pattern, says in ((known.other_loaders, "reads another format"), (known.plain, "loads no weights")):
        if re.fullmatch(pattern, call):
            return answer("other-format", evidence=subject.digest, seen=f"{call} {says}")
    return answer("format-unknown", evidence=subject.digest, **named)


def _ending(reference: Reference, endings: tuple[str, ...]) -> str | None:
    """Return which of these endings the name of the file that is fetched has."""
    text = (reference.address or reference.component.name).partition("?")[0].partition("#")[0].lower()
    return next((ending for ending in endings if text.endswith(ending)), None)
