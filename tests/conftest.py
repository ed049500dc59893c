"""What holds for every test: nothing is remembered in the home of whoever runs them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hub_cache import sound_cache


@pytest.fixture(autouse=True, scope="session")
def state_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the stores of runs and of facts in folders of the test session, with the sound target's bytes in a cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "HF_TOKEN_PATH"):
            patch.delenv(name, raising=False)
        patch.setenv("HF_HOME", str(sound_cache()))
        patch.setenv("TORCH_HOME", str(tmp_path_factory.mktemp("torch")))
        patch.setenv("KAGGLEHUB_CACHE", str(tmp_path_factory.mktemp("kagglehub")))
        yield


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name cases with bytes by their number: bytes of archives hold the time, and names have to be the same everywhere."""
    return "bytes" if isinstance(val, bytes) else None
