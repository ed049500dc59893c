"""The one way in which verbs write a file: whole or not at all, and through no link of the target."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from supplychain.verbs.interface import VerbError, shown


def write(path: Path, text: str, target: Path) -> None:
    """Write a file, in place of the one that is there.

    Raises:
        VerbError: a link within the target leads to it, it is no plain file, or it cannot be written.
    """
    place = _place(path, target)
    new = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        if place.exists() and not place.is_file():
            raise VerbError(f"{shown(path)} is no plain file; name another one with --output")
        place.parent.mkdir(parents=True, exist_ok=True)
        with new.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
        if place.exists():
            shutil.copymode(place, new)
        new.replace(place)
    except OSError as error:
        raise VerbError(f"{shown(path)} cannot be written: {error.strerror}; look after its folder") from error
    finally:
        with suppress(OSError):
            new.unlink()


def is_inside(path: Path, target: Path) -> bool:
    """Whether a path leads into the target, by whichever links."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target))


def _place(path: Path, target: Path) -> Path:
    """Return where a path leads to; links outside the target are the user's own."""
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    for root in (Path(os.path.abspath(target)), Path(os.path.realpath(target))):  # noqa: PTH100 - as above
        if plain.is_relative_to(root):
            parts = plain.relative_to(root).parts
            steps = [root.joinpath(*parts[: end + 1]) for end in range(len(parts))]
            if link := next((step for step in steps if step.is_symlink()), None):
                raise VerbError(f"{shown(link)} is a link of the target and is not followed; put a plain one there")
            return plain
    return Path(os.path.realpath(path))
