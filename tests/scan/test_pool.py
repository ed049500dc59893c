"""Many artifacts at a time give what one at a time gives, and one that kills its process takes no other with it."""

import pickle
import socket
from pathlib import Path

import pytest

from supplychain.scan.comparing import compare
from supplychain.scan.engine import scan
from supplychain.scan.interface import Limits
from supplychain.scan.pool import Job, compare_apart, ensure, scan_all
from tests.gathering.support import safetensors
from tests.scan.support import evil, torch_file, zipped


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    files = {
        "evil.pkl": evil(),
        "model.pt": torch_file(),
        "big.pkl": pickle.dumps(list(range(400_000))),
        "notes.txt": b"text",
        "unknown": b"\xfe\xff\0\1" * 10,
        "archive": zipped({"a": evil(), "b": b"text"}),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [Job(str(tmp_path / name), name) for name in [*files, "missing"]]


def test_local_processes_give_the_same_results_in_the_same_order(jobs: list[Job]) -> None:
    done: list[int] = []
    assert scan_all(jobs, done=done.append) == tuple(scan(job.path, name=job.name) for job in jobs)
    assert len(done) == len(jobs)


def test_small_files_are_scanned_in_this_process(jobs: list[Job]) -> None:
    small = [job for job in jobs if job.name != "big.pkl"]
    assert scan_all(small) == tuple(scan(job.path, name=job.name) for job in small)


def test_a_dask_cluster_gives_the_same_results(jobs: list[Job]) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True, host="127.0.0.1"
    ) as cluster:
        assert scan_all(jobs, executor=cluster.scheduler_address) == scan_all(jobs)


def test_a_worker_of_a_cluster_that_dies_loses_nothing_and_its_file_is_reported(
    jobs: list[Job], tmp_path: Path
) -> None:
    distributed, dask = pytest.importorskip("distributed"), pytest.importorskip("dask")
    (tmp_path / "kills").write_bytes(b"text")
    (tmp_path / "preload.py").write_text(_KILLS)
    settings = {
        "distributed.worker.preload": [str(tmp_path / "preload.py")],
        "distributed.scheduler.allowed-failures": 0,
    }
    every = [*jobs[:3], Job(str(tmp_path / "kills"), "kills"), *jobs[3:]]
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True, host="127.0.0.1"
        ) as cluster,
    ):
        scanned = scan_all(every, executor=cluster.scheduler_address)
    assert [each.path for each in scanned] == [job.name for job in every]
    assert (scanned[3].verdict, scanned[3].sha256) == ("not fully scanned", None)
    assert "the process that scanned it died" in scanned[3].problem
    assert (*scanned[:3], *scanned[4:]) == scan_all(jobs)


_KILLS = """
import os
from supplychain.scan import pool

def dask_setup(worker):
    scan = pool.scan
    pool.scan = lambda path, *others: os._exit(9) if path.endswith("kills") else scan(path, *others)
"""


def test_no_scheduler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("supplychain.scan.pool._ANSWER", 0.5)
    with pytest.raises(ConnectionError, match="no Dask scheduler answers"):
        scan_all([Job("/nowhere", "a")], executor="tcp://127.0.0.1:1")


def test_a_server_that_is_no_scheduler_is_said_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("supplychain.scan.pool._ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(ConnectionError, match=f"no Dask scheduler answers at {address}: ."):
            ensure(address)


def test_large_weights_are_compared_apart_with_the_same_result(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    paths = [str(tmp_path / name) for name in ("own.safetensors", "base.safetensors")]
    for path, last in zip(paths, (1.0, 2.0), strict=True):
        Path(path).write_bytes(safetensors(a=(*[0.5] * 200_000, last)))
    found = compare_apart(paths[:1], paths[1:])
    assert found == compare(paths[0], paths[1])
    assert (found.state, found.tensors) == ("changed", 1)


def test_a_comparison_that_kills_its_process_is_said(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(safetensors(a=(0.5,) * 600_000))
    found = compare_apart([str(path)], [str(path)], Limits(memory=1 << 20))
    assert (found.state, "the process that compared it died" in found.says) == ("not compared", True)


def test_this_machine_needs_no_scheduler() -> None:
    ensure("local")


def test_a_process_that_dies_loses_nothing_and_its_file_is_reported(jobs: list[Job]) -> None:
    scanned = scan_all(jobs, Limits(memory=1 << 20))
    assert [each.path for each in scanned] == [job.name for job in jobs]
    assert {each.verdict for each in scanned} == {"not fully scanned"}
    assert "the process that scanned it died" in scanned[2].problem


def test_an_address_of_fsspec_is_read(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    (tmp_path / "model.pkl").write_bytes(evil())
    (scanned,) = scan_all([Job(f"file://{tmp_path}/model.pkl", "model.pkl")])
    assert (scanned.path, scanned.verdict) == ("model.pkl", "malicious")


def test_an_address_that_cannot_be_read_is_not_fully_scanned(tmp_path: Path) -> None:
    (scanned,) = scan_all([Job(f"file://{tmp_path}/missing", "model.pkl")])
    assert (scanned.verdict, scanned.sha256) == ("not fully scanned", None)
    assert scanned.problem.startswith("it cannot be read")
