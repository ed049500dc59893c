"""House rule 91.1: every model is named by an immutable revision."""

from __future__ import annotations

import re

from supplychain.checks.canaries.house_models import plant_revisions
from supplychain.checks.engine import Answer, answer, check
from supplychain.checks.house_models import Declared, models, unseen
from supplychain.checks.population import Named
from supplychain.model.case import Case
from supplychain.model.reference import Reference, Resolution, is_immutable

_STRONG = re.compile(r"(sha256|sha384|sha512):[0-9a-f]{64,128}")


@check("91.1", population=models, canaries=plant_revisions)
def immutable_revision(case: Case, subject: Named | Declared) -> Answer:
    """Decide on what names the bytes, and the code that is run beside them: a commit, a checksum, or the target itself."""
    if not isinstance(subject, Reference):
        return unseen(subject)
    if subject.code_revision is not None and not is_immutable(subject.code_revision):
        return answer("moving-code", evidence=subject.digest, revision=subject.code_revision)
    if subject.component.is_file:
        return _in_target(case, subject)
    if subject.is_pinned:
        return answer("immutable", evidence=subject.digest, revision=subject.revision)
    if subject.checksum is not None and _STRONG.fullmatch(subject.checksum):
        return answer("immutable", evidence=subject.digest, revision=subject.checksum)
    if subject.revision is None:
        return answer("no-revision", evidence=subject.digest, call=subject.call or "the client")
    return answer("moving-revision", evidence=subject.digest, revision=subject.revision)


def _in_target(case: Case, reference: Reference) -> Answer:
    own = reference.checksum if reference.resolution is Resolution.FILE else None
    digest = case.measured.get(reference.subject) or own
    if digest is None:
        return answer("not-in-target", evidence=reference.digest)
    return answer("in-target", evidence=reference.digest or digest, digest=digest)
