"""What the tests of faults share: documents, a run as a process of its own, and what a database holds but for clocks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import store
from schemas import tables
from tests.conftest import RAW, ROOT

PLAN = "{city}造林方案(2024—2025年)\n一、任务\n(一)造林。到2025年,全市森林覆盖率达到{value}%以上。(责任单位:市林业局、{city}水利局)\n"
_CLOCKS = {"source": {"seconds"}}


def small_plans(folder: Path, count: int, value: int = 30) -> Path:
    """A folder with so many small plans, each with a target of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        (folder / f"plan-{i:04}.txt").write_text(PLAN.format(city=f"新河{'甲乙丙丁戊己庚辛'[i % 8]}市", value=value + i % 50), "utf-8")
    return folder


def start(*words: object, cwd: Path = ROOT, **more: object) -> subprocess.Popen[bytes]:
    """The command as a process."""
    code = "from pipeline.cli import main; main()"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)], cwd=cwd, **{**quiet, **more})


def dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a database, sorted, without runs and times."""
    database = store.connect(url)
    found = {}
    with database.connect() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name != "run":
                columns = [c for c in table.columns if c.name not in _CLOCKS.get(table.name, ())]
                found[table.name] = sorted((tuple(row) for row in connection.execute(sa.select(*columns))), key=repr)
    database.dispose()
    return found


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five plans of raw_docs and some small ones."""
    folder = small_plans(tmp_path_factory.mktemp("documents") / "docs", 12)
    for path in RAW.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture(scope="session")
def undisturbed(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What a run that nothing disturbs leaves in the database."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert start("run", documents, "--db", f"sqlite:///{folder}/z.db", "--out", folder / "out", "--workers", 0).wait() == 0
    return dump(f"sqlite:///{folder}/z.db")
