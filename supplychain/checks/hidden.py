"""What could hide a component from a check: a call whose name is not known, and files that were not read."""

from __future__ import annotations

from supplychain.checks.engine import Answer, answer
from supplychain.model.reference import Unread, Unresolved


def not_seen(subject: Unread | Unresolved) -> Answer:
    """Return the answer on it, which is the same in every requirement: nothing is known of what it may hide."""
    if isinstance(subject, Unread):
        return answer("not-read", what=subject.what, count=subject.count, reason=subject.reason)
    values = {"call": subject.call, "expression": subject.expression, "reason": subject.reason}
    return answer("unresolved", evidence=subject.digest, **values)
