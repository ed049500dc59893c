"""The environment in which a real client runs against stand-ins: nothing of this machine's settings reaches it."""

from __future__ import annotations

import os
from pathlib import Path


def client_environment(home: Path) -> dict[str, str]:
    """Return an environment for pip, npm, pip-audit and safety; `home` is a folder that is made, and is theirs."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".npmrc").touch()
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "LANG": "C.UTF-8",
        "NO_PROXY": "127.0.0.1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "NPM_CONFIG_USERCONFIG": str(home / ".npmrc"),
        "NPM_CONFIG_GLOBALCONFIG": str(home / "global.npmrc"),
        "NPM_CONFIG_CACHE": str(home / "npm"),
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
