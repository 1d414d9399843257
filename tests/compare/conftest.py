"""The five documents in a database, compared once; and plans made of a few sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline import batch, store
from pipeline.compare import Comparison, Options, compare
from tests.conftest import RAW

DAY = date(2024, 6, 30)


@pytest.fixture(scope="session")
def five(tmp_path_factory) -> sa.Engine:
    """The database of the five documents."""
    engine = store.connect(f"sqlite:///{tmp_path_factory.mktemp('five')}/c.db")
    batch.run([RAW], engine)
    return engine


@pytest.fixture(scope="session")
def compared(five) -> Comparison:
    """Their comparison."""
    return compare(five, Options(as_of=DAY))


@pytest.fixture
def plans(tmp_path: Path) -> Callable[..., Comparison]:
    """Compares plans given as file name → text."""

    def run(texts: Mapping[str, str], options: Options | None = None) -> Comparison:
        folder = tmp_path / "docs"
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        engine = store.connect(f"sqlite:///{tmp_path}/c.db")
        batch.run([folder], engine)
        result = compare(engine, options or Options(as_of=DAY))
        engine.dispose()
        return result

    return run


def plan(title: str, body: str, signed: str = "", day: str = "") -> str:
    """A plan's text: title, paragraphs, signature."""
    return "\n".join(x for x in (title, "", body, "", signed, day) if x is not None) + "\n"


def rows(frame: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    """The rows of a table in which columns have values."""
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return frame
