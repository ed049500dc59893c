"""The store: what it keeps, for how long, and what it does not believe."""

import gzip
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from supplychain.facts import store_folder
from supplychain.facts.interface import NoFactError
from supplychain.facts.store import Entry, FactStore, ensure_fresh
from tests.facts.support import Opening
from tests.standins import PyPI, wheel

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
ENTRY = Entry("pypi", "demo", "", NOW, 200, b'{"name": "demo"}')
DEMO = "package:pypi/demo-package"


def test_a_fact_comes_back_as_it_was_received(tmp_path: Path) -> None:
    store = FactStore(tmp_path / "new")
    path = store.put(ENTRY)
    assert path == store.path("pypi", "demo")
    assert FactStore(tmp_path / "new").get("pypi", "demo") == ENTRY
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_same_fact_has_the_same_bytes(tmp_path: Path) -> None:
    one, two = FactStore(tmp_path / "1").put(ENTRY), FactStore(tmp_path / "2").put(ENTRY)
    assert one
    assert two
    assert one.read_bytes() == two.read_bytes()


def test_what_was_not_kept(tmp_path: Path) -> None:
    with pytest.raises(NoFactError, match="it was not fetched"):
        FactStore(tmp_path).get("pypi", "demo")


def damaged() -> dict[str, bytes]:
    """Return contents that no store has written."""
    head = {"source": "pypi", "key": "demo", "mirror": "", "fetched": NOW.isoformat(), "status": 200, "redirects": []}
    head["digest"] = "x"
    return {
        "empty": b"",
        "no gzip": b"{}",
        "no JSON": gzip.compress(b"nothing\n"),
        "a list": gzip.compress(b"[]\nbody"),
        "another digest": gzip.compress(json.dumps(head).encode() + b"\nbody"),
        "a field more": gzip.compress(json.dumps({**head, "more": 1}).encode() + b"\nbody"),
        "no time": gzip.compress(json.dumps({**head, "fetched": 7}).encode() + b"\nbody"),
        "deep": gzip.compress(b"[" * 90_000 + b"\nbody"),
    }


@pytest.mark.parametrize("content", damaged().values(), ids=damaged().keys())
def test_what_is_damaged_is_absent(tmp_path: Path, content: bytes) -> None:
    store = FactStore(tmp_path)
    path = store.put(ENTRY)
    assert path
    path.write_bytes(content)
    with pytest.raises(NoFactError, match="damaged"):
        store.get("pypi", "demo")


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_what_was_cut_short_is_absent(tmp_path: Path, cut: int) -> None:
    store = FactStore(tmp_path)
    path = store.put(ENTRY)
    assert path
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(NoFactError, match="damaged"):
        store.get("pypi", "demo")


def test_a_fact_under_the_name_of_another(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    path = store.put(ENTRY)
    assert path
    path.rename(store.path("pypi", "other"))
    with pytest.raises(NoFactError, match="of something else"):
        store.get("pypi", "other")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    store = FactStore(tmp_path)
    path = store.put(ENTRY)
    assert path
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NoFactError, match="damaged"):
        store.get("pypi", "demo")


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "a\nb", "x" * 10_000, ""])
def test_a_key_is_no_path(tmp_path: Path, key: str) -> None:
    assert FactStore(tmp_path).path("pypi", key).parent == tmp_path / "pypi"


@pytest.mark.parametrize(
    ("days", "reason"),
    [(0, ""), (30, ""), (-0.01, ""), (31, "which is older than the 30 days of the policy"), (-2, "after the time of")],
)
def test_how_old_a_fact_may_be(days: float, reason: str) -> None:
    if not reason:
        ensure_fresh(ENTRY, NOW + timedelta(days=days), 30)
        return
    with pytest.raises(
        NoFactError, match=f"it was fetched on 2026-10-20, which is .*{reason.removeprefix('which is ')}"
    ):
        ensure_fresh(ENTRY, NOW + timedelta(days=days), 30)


def test_runs_at_once_share_a_folder(tmp_path: Path) -> None:
    entries = [Entry("pypi", "demo", "", NOW, 200, bytes([number]) * 100_000) for number in range(8)]
    wrong: list[str] = []

    def write(entry: Entry) -> None:
        for _ in range(20):
            FactStore(tmp_path).put(entry)
            try:
                if FactStore(tmp_path).get("pypi", "demo") not in entries:
                    wrong.append("mixed")
            except NoFactError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=write, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, index: PyPI) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    (tmp_path / "store").write_text("a file")
    opening = Opening(tmp_path / "store")
    with opening.online() as facts:
        (release,) = facts.releases([(DEMO, "1.0")])
        assert facts.used == {}
    assert (release.state, release.source.level) == ("listed", "online")


def test_kept_facts_answer_without_a_request(index: PyPI, opening: Opening) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    wanted = [(DEMO, "1.0"), ("package:pypi/missing", "1.0")]
    with opening.online() as facts:
        online = facts.releases(wanted)
    index.seen.clear()
    with opening.later(days=29) as facts:
        kept = facts.releases(wanted)
    with opening.later(days=31) as facts:
        old = facts.releases(wanted)
    assert [each.state for each in kept] == ["listed", "no such package"]
    assert [each.source.level for each in kept] == ["cached", "cached"]
    assert [each.model_copy(update={"source": None}) for each in kept] == [
        each.model_copy(update={"source": None}) for each in online
    ]
    assert {each.state for each in old} == {"unknown"}
    assert old[0].problem.endswith("which is older than the 30 days of the policy")
    assert not index.seen


def test_a_fact_of_another_place_does_not_answer(index: PyPI, opening: Opening, assessor: pytest.MonkeyPatch) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    opening.release(DEMO)
    assessor.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    with opening.later() as facts:
        (release,) = facts.releases([(DEMO, "1.0")])
    assert release.state == "unknown"
    assert f"it was fetched from {index.url}, which is not asked now" in release.problem


def test_what_is_fetched_at_a_made_up_time_is_kept_apart(opening: Opening) -> None:
    assert store_folder() != store_folder(simulated=True)
    assert opening.online().now == opening.now.replace(microsecond=0)


def test_kept_facts_need_no_http_client(index: PyPI, opening: Opening) -> None:
    index.add("demo-package", "1.0", wheel("demo-package", "1.0"))
    opening.release(DEMO)
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from supplychain.facts import Facts
from supplychain.model.policy import Freshness
with Facts.open("cache", datetime.now(UTC), Freshness(), folder=Path({str(opening.folder)!r})) as facts:
    (release,) = facts.releases([({DEMO!r}, "1.0")])
    assert facts.records([{DEMO!r}]).unanswered
    assert facts.exploited(["CVE-2024-0001"]).problem
assert release.state == "listed", release
assert not {{"requests", "urllib3", "pypi_simple", "http.client"}} & set(sys.modules), "an HTTP client was imported"
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
