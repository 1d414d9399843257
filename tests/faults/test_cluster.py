"""Past one machine: a real scheduler with real workers, documents behind URLs, one of the workers killed in mid-batch."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from pipeline import batch, engines, sources, store
from pipeline.batch import Settings
from pipeline.engines.cluster import Cluster
from schemas.errors import ParseError, ZhibiaoError
from schemas.limits import Limits
from tests.conftest import ROOT
from tests.faults.conftest import dump, small_plans, start


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def reachable(port: int, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers on port {port}")


def dask(*words: str, folder: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    paths = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    return subprocess.Popen(command, cwd=folder, env=os.environ | paths | environment, start_new_session=True, **quiet)


@pytest.fixture(scope="module")
def bucket():
    """An S3-compatible store of this machine, with its settings in the environment."""
    running = ThreadedMotoServer("127.0.0.1", free_port())
    running.start()
    address = f"http://{running._ip_address}:{running._port}"
    settings = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1", "FSSPEC_S3_ENDPOINT_URL": address}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        import fsspec
        from fsspec.config import conf, set_conf_env

        set_conf_env(conf)
        yield fsspec.filesystem("s3"), settings
    running.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, bucket):
    """Address of a scheduler with three workers, and the processes of the workers."""
    folder, port = tmp_path_factory.mktemp("dask"), free_port()
    address = f"tcp://127.0.0.1:{port}"
    processes = [dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", folder=folder)]
    reachable(port)
    for _ in range(3):
        words = ("worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--no-nanny")
        processes.append(dask(*words, folder=folder, **bucket[1]))
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(3, timeout=120)
    yield address, processes[1:]
    for process in reversed(processes):
        process.kill()
        process.wait()


def put(store_of, documents: Path, where: str) -> str:
    for path in documents.iterdir():
        store_of.pipe(f"{where}/{path.name}", path.read_bytes())
    return f"s3://{where}"


def rows(url: str) -> dict[str, list]:
    """What must be the same wherever the documents lie: all but sources and paths."""
    found = dump(url)
    del found["source"]
    found["document"] = [tuple(v for v in row if not str(v).startswith(("s3://", "/"))) for row in found["document"]]
    return found


def test_documents_in_a_bucket_are_read_by_a_cluster(bucket, cluster, documents, undisturbed, tmp_path):
    s3, _ = bucket
    s3.mkdir("plans")
    url = f"sqlite:///{tmp_path}/z.db"
    words = ("run", put(s3, documents, "plans/inbox"), "--engine", cluster[0], "--db", url, "--out", tmp_path / "out", "--json")
    first = start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, notes = first.communicate()
    assert first.returncode == 0, said.decode() + notes.decode()
    lite = f"sqlite:///{tmp_path}/lite.db"
    assert start("run", documents, "--db", lite, "--out", tmp_path / "lite", "--workers", 0).wait() == 0
    assert rows(url) == rows(lite)
    again = start(*words, stdout=subprocess.PIPE).communicate()[0].decode()
    assert '"documents": 0' in again
    assert f'"unchanged": {len(undisturbed["document"])}' in again


def test_a_worker_that_is_killed_costs_nothing(cluster, tmp_path):
    address, workers = cluster
    docs = small_plans(tmp_path / "docs", 40)
    database, engine = store.connect(f"sqlite:///{tmp_path}/z.db"), Cluster(address)

    class Killing(batch.Silent):
        count = 0

        def done(self, name, what):
            self.count += 1
            if self.count == 8:
                os.kill(workers[0].pid, signal.SIGKILL)

    report = batch.run([docs], database, Settings(), progress=Killing(), engine=engine)
    engine.close()
    assert (report.status, report.documents, report.bad) == ("done", 40, False)
    assert len(dump(f"sqlite:///{tmp_path}/z.db")["document"]) == 40
    database.dispose()


def test_a_document_that_cannot_be_read_costs_itself_only(cluster, tmp_path):
    docs = small_plans(tmp_path / "docs", 6)
    (docs / "bad.pdf").write_bytes(b"%PDF-1.4\n" + b"1 0 obj\n<<>>\n" * 1000)
    database, engine = store.connect(f"sqlite:///{tmp_path}/z.db"), Cluster(cluster[0])
    report = batch.run([docs], database, Settings(Limits(seconds=60)), engine=engine)
    engine.close()
    assert (report.documents, len(report.failed)) == (6, 1)
    database.dispose()


def test_a_scheduler_that_is_not_there_is_told():
    with pytest.raises(ZhibiaoError, match="no scheduler answers"):
        Cluster(f"tcp://127.0.0.1:{free_port()}", seconds=1)
    with pytest.raises(ZhibiaoError, match="no engine"):
        engines.open_engine("127.0.0.1:8786")


def test_a_store_without_the_folder_is_told(bucket):
    with pytest.raises(ParseError, match="no such file or folder"):
        sources.find(["s3://nowhere/at/all"])
