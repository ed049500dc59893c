"""What Hugging Face says of an owner: an organization, which it may have verified, or a user."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from supplychain.facts.huggingface import SOURCE
from supplychain.facts.huggingface_reading import TITLE
from supplychain.facts.interface import NoFactError, Obtained
from supplychain.facts.obtaining import Facility
from supplychain.facts.values import parsed, text, time
from supplychain.model.hub import Owner

_OWNER = re.compile(r"(?a:[A-Za-z0-9_][\w.-]{0,95})")


def owner(facility: Facility, hub: str, name: str) -> Owner:
    """Return what the hub says of an owner.

    Raises:
        NoFactError: it is not at hand.
    """
    if not _OWNER.fullmatch(name) or ".." in name:
        raise NoFactError(f"its name is not one that {TITLE} can have, so it was not asked for")
    organization = _overview(facility, "organizations", name)
    if organization.value is not None:
        return _owner(hub, name, organization, organization.value)
    user = _overview(facility, "users", name)
    if user.value is not None:
        return _owner(hub, name, user, user.value)
    if reason := facility.silence(SOURCE, lambda known: _overview(facility, "organizations", known).value is not None):
        raise NoFactError(reason)
    return Owner(hub=hub, name=name, state="no such owner", source=user.source)


def _overview(facility: Facility, what: str, name: str) -> Obtained[dict[str, Any]]:
    path = f"api/{what}/{name}/overview"
    return facility.obtain(SOURCE, path, lambda session, at: session.get(at, path), partial(_account, what, name))


def _account(what: str, name: str, body: bytes) -> dict[str, Any]:
    account = parsed("the hub", body)
    stated = text(account.get("name" if what == "organizations" else "user"))
    if stated.lower() != name.lower():
        raise NoFactError("the hub answered with another owner")
    return account | {"kind": "organization" if what == "organizations" else "user"}


def _owner(hub: str, name: str, obtained: Obtained[dict[str, Any]], account: dict[str, Any]) -> Owner:
    verified = account.get("isVerified") if account["kind"] == "organization" else None
    return Owner(
        hub=hub,
        name=name,
        state="listed",
        kind=account["kind"],
        verified=verified if isinstance(verified, bool) else None,
        created=time(account.get("createdAt")),
        source=obtained.source,
    )
