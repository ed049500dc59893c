"""Repositories that tests make with git itself, with tags that GnuPG or an SSH key signs."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.signed_models import OpenPgpKey

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": os.environ["PATH"]}


@dataclass(frozen=True)
class SshKey:
    """A key of ssh-keygen."""

    file: Path

    @classmethod
    def new(cls, folder: Path, kind: str = "ed25519", *options: str) -> SshKey:
        """Return a new key whose files lie in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / kind
        command = ["ssh-keygen", "-q", "-t", kind, *options, "-N", "", "-C", "release@planted.example", "-f", str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return cls(file)

    @property
    def public(self) -> bytes:
        """The public key as ssh-keygen writes it."""
        return self.file.with_suffix(".pub").read_bytes()

    def allowed(self, options: str = "") -> bytes:
        """Return a line of allowed signers."""
        kind, blob, _ = self.public.decode().split()
        return f"release@planted.example {options} {kind} {blob}\n".encode()


@dataclass
class Repository:
    """A repository in a folder."""

    path: Path
    time: int = field(default=1_780_000_000)

    @classmethod
    def new(cls, path: Path) -> Repository:
        """Return a new one over the files of a folder, all of them in its first commit."""
        made = cls(path)
        made.run("init", "-q", "-b", "main")
        made.commit()
        return made

    def run(self, *arguments: str, **environment: str) -> str:
        """Return what git says, with no configuration but the folder's own; each call is a minute after the last."""
        self.time += 60
        when = {"GIT_COMMITTER_DATE": f"{self.time} +0000", "GIT_AUTHOR_DATE": f"{self.time} +0000"}
        who = ("-c", "user.name=Planted", "-c", "user.email=release@planted.example")
        command = ["git", "-C", str(self.path), *who, "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(
            command, env={**GIT, **when, **environment}, check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit everything that is there and return the commit."""
        self.run("add", "--all", "--force")
        self.run("commit", "-q", "--allow-empty", "-m", "planted")
        return self.run("rev-parse", "HEAD")

    def tag(self, name: str, key: OpenPgpKey | SshKey | None = None, *arguments: str) -> Repository:
        """Make an annotated tag, signed where there is a key."""
        if isinstance(key, SshKey):
            how = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key.file}")
            self.run(*how, "tag", "-s", "-m", name, name, *arguments)
        elif key is not None:
            self.run("tag", "-s", "-m", name, name, *arguments, GNUPGHOME=str(key.home))
        else:
            self.run("tag", "-a", "-m", name, name, *arguments)
        return self

    def rewritten(self, name: str, old: bytes, new: bytes) -> Repository:
        """Put a tag in place whose object says something else, as whoever can write the repository would."""
        made = self.path.parent / "rewritten"
        shown = subprocess.run(
            ["git", "-C", str(self.path), "cat-file", "tag", name], env=GIT, check=True, capture_output=True, timeout=60
        ).stdout
        assert old in shown
        made.write_bytes(shown.replace(old, new))
        own = self.run("hash-object", "-t", "tag", "--literally", "-w", str(made))
        self.run("update-ref", f"refs/tags/{name}", own)
        return self

    def loose(self, name: str) -> Path:
        """Return the file of a loose object."""
        own = self.run("rev-parse", name)
        return self.path / ".git" / "objects" / own[:2] / own[2:]


def has_ssh() -> bool:
    """Whether ssh-keygen is at hand."""
    return shutil.which("ssh-keygen") is not None
