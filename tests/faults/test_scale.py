"""Many documents: memory stays flat, random and damaged files end no batch, nothing leaks."""

import os

import pytest
import sqlalchemy as sa

from pipeline import batch, store
from pipeline.batch import Settings
from pipeline.engines import Supervisor
from schemas import tables
from schemas.limits import Limits, resident_mb
from tests.faults.conftest import small_plans
from tests.faults.mutate import mutated

FEW = 300
MANY = pytest.param(5000, marks=pytest.mark.soak)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("count", [FEW, pytest.param(20000, marks=pytest.mark.soak)])
def test_memory_stays_flat(tmp_path, count):
    docs = small_plans(tmp_path / "docs", count)
    workers = Supervisor(2, prepare="pipeline.work:warm")
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    seen: list[float] = []

    class Watching(batch.Silent):
        def done(self, name, what):
            seen.append(resident_mb())

    before = descriptors()
    report = batch.run([docs], database, Settings(), progress=Watching(), engine=workers)
    inside = [resident_mb(w.pid) - w.resident for w in workers._workers]
    workers.close()
    database.dispose()
    assert (report.documents, report.bad) == (count, False)
    assert max(seen) - seen[count // 4] < 40, "the parent grows with the number of documents"
    assert max(inside) < 150, "a worker grows with the number of documents"
    assert descriptors() <= before + 2


@pytest.mark.parametrize("count", [FEW, MANY])
def test_random_and_damaged_files_end_no_batch(tmp_path, count):
    docs = tmp_path / "docs"
    docs.mkdir()
    for seed in range(count):
        name, data = mutated(100_000 + seed)
        (docs / f"{seed:05}-{name}").write_bytes(data)
    workers = Supervisor(2, prepare="pipeline.work:warm")
    database = store.connect(f"sqlite:///{tmp_path}/z.db")
    report = batch.run([docs], database, Settings(Limits(seconds=20, memory_mb=1000)), engine=workers)
    workers.close()
    assert report.status == "done"
    assert report.documents + len(report.failed) + len(report.quarantined) == count
    assert report.issues["unexpected_error"] == 0, [m for m in report.failed if "fault of zhibiao" in m][:3]
    assert list(store.broken_evidence(database)) == []
    with database.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.source)).scalar() == count
    database.dispose()
