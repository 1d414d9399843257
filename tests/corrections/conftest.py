"""Databases to decide in: a small plan, and the five documents (read once, every test has a copy)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pipeline import batch, store
from pipeline.batch import Settings
from schemas import tables
from tests.conftest import RAW

PLAN = (
    "新河市造林方案（2024—2025年）\n一、任务\n"
    "(一)造林。到2025年，全市森林覆盖率达到30.5%以上，新建公园12个。(责任单位：市林业局)\n"
    "(二)治水。到2024年底，中心城区和县城生活污水集中处理率分别达到99%和95%。(责任单位：市水利局)\n"
    "(三)治气。空气质量优良天数比例和自来水普及率均达到88%。细颗粒物浓度下降5%。\n"
)
READ_ANEW = Settings(force=True, second=False)


class Desk:
    """A database with the documents of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.docs = folder / "docs"
        self.docs.mkdir(exist_ok=True)
        self.engine = store.connect(f"sqlite:///{folder}/z.db")

    def write(self, text: str = PLAN, name: str = "plan") -> None:
        (self.docs / f"{name}.txt").write_text(text, "utf-8")

    def run(self, anew: bool = False) -> Any:
        report = batch.run([self.docs], self.engine, READ_ANEW if anew else Settings(second=False))
        assert not report.failed, report.failed
        return report

    def rows(self, table: sa.Table, *where: Any) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            query = sa.select(table).where(*where).order_by(*table.primary_key.columns)
            return [dict(row._mapping) for row in connection.execute(query)]

    def target(self, name: str, **fields: Any) -> dict[str, Any]:
        where = [tables.target.c[k] == v for k, v in fields.items()]
        found = self.rows(tables.target, tables.target.c.indicator == name, *where)
        assert len(found) == 1, [row["indicator"] for row in self.rows(tables.target)]
        return found[0]

    def ask(self, question: Any, *args: Any, **more: Any) -> Any:
        with self.engine.connect() as connection:
            return question(connection, *args, **more)

    def standing(self) -> dict[str, list[dict[str, Any]]]:
        """All that is stored of documents: what decisions may change and undoing must restore."""
        return {table.name: self.rows(table) for table in (tables.document, *tables.OF_DOCUMENT)}

    def close(self) -> None:
        assert list(store.broken_evidence(self.engine)) == []
        self.engine.dispose()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A small plan, stored."""
    found = Desk(tmp_path)
    found.write()
    found.run()
    yield found
    found.close()


@pytest.fixture(scope="session")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five documents, stored."""
    found = Desk(tmp_path_factory.mktemp("five"))
    for path in RAW.glob("*.txt"):
        shutil.copy(path, found.docs)
    found.run()
    found.close()
    return found.folder


@pytest.fixture
def all_five(five: Path, tmp_path: Path) -> Iterator[Desk]:
    """A copy of it."""
    shutil.copytree(five, tmp_path / "five", dirs_exist_ok=True)
    found = Desk(tmp_path / "five")
    yield found
    found.close()
