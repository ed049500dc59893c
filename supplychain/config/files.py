"""Where declaration and policy come from: the target's `supplychain.toml`, and a file outside the target."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from supplychain.config.loading import SIZE_LIMIT, ConfigError, parse
from supplychain.model.declaration import Declaration
from supplychain.model.policy import Policy
from supplychain.target import NotReadError, Target

DECLARATION = "supplychain.toml"


def read_declaration(target: Target) -> tuple[Declaration | None, str | None]:
    """Return the target's declaration with its digest; None where it has none.

    Raises:
        ConfigError: it cannot be used; a malformed waiver is among the reasons.
    """
    file = target.get(DECLARATION)
    if file is None:
        if target.has(DECLARATION):
            raise ConfigError(f"{DECLARATION}: a link, a folder or a device; put the file itself into the target")
        return None, None
    if file.size > SIZE_LIMIT:
        raise ConfigError(
            f"{DECLARATION}: a configuration file may have {SIZE_LIMIT:,} bytes; this one has {file.size:,}"
        )
    try:
        content = target.read(file)
    except NotReadError as error:
        raise ConfigError(f"{DECLARATION}: {error}") from error
    return parse(Declaration, content.data, DECLARATION), content.digest


def read_policy(path: Path | None, target: Path) -> tuple[Policy, str | None]:
    """Return the policy with its digest; without a file, the strict defaults and None.

    Raises:
        ConfigError: the file lies inside the target, cannot be read, or cannot be used.
    """
    if path is None:
        return Policy(), None
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target)):
        raise ConfigError(f"{path}: a policy that lies inside the target; a target cannot set its own rules")
    return policy_at(path)


def policy_at(path: Path) -> tuple[Policy, str]:
    """Return the policy in a file with its digest, wherever the file lies.

    Raises:
        ConfigError: it cannot be read, or cannot be used.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return parse(Policy, data, str(path)), "sha256:" + hashlib.sha256(data).hexdigest()


def read_roots(policy: Policy, path: Path | None, target: Path) -> tuple[str, ...]:
    """Return the certificates that the policy's `services.roots` name, files beside the policy, as PEM.

    Raises:
        ConfigError: one lies inside the target, cannot be read, or is no certificate as PEM.
    """
    found = []
    for name, data in _beside(path, "services.roots", policy.services.roots, target):
        if b"-----BEGIN CERTIFICATE-----" not in data or not data.isascii():
            raise ConfigError(f"{path}: services.roots: {name} holds no certificate as PEM")
        found.append(data.decode("ascii"))
    return tuple(found)


def read_keys(policy: Policy, path: Path | None, target: Path) -> tuple[tuple[str, bytes], ...]:
    """Return the files that the policy's `trust.keys` name, files beside the policy, each with its name.

    Raises:
        ConfigError: one lies inside the target, or cannot be read.
    """
    return tuple(_beside(path, "trust.keys", policy.trust.keys, target))


def _beside(path: Path | None, key: str, names: tuple[str, ...], target: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that a key of the policy names, with what is in them; none of them may be the target's."""
    for name in names if path else ():
        file = (path or Path()).parent / name
        if Path(os.path.realpath(file)).is_relative_to(os.path.realpath(target)):
            raise ConfigError(f"{path}: {key}: {name} lies inside the target; a target cannot set what is trusted")
        try:
            with file.open("rb") as stream:
                yield name, stream.read(SIZE_LIMIT)
        except OSError as error:
            raise ConfigError(f"{path}: {key}: {name} cannot be read: {error.strerror}; put it beside it") from error
