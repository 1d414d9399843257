"""A workbench over the five documents: the database is filled once, every test has a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline import batch, store
from pipeline.web import Settings, create_app
from tests.conftest import RAW


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database of the five documents."""
    folder = tmp_path_factory.mktemp("filled")
    engine = store.connect(f"sqlite:///{folder}/zhibiao.db")
    report = batch.run([RAW], engine)
    engine.dispose()  # what is still in the log beside the file goes into it, and so into the copies
    assert report.documents == 5 and not report.failed
    return folder


@pytest.fixture
def settings(filled: Path, tmp_path: Path) -> Settings:
    """Settings of a workbench over a copy of that database."""
    shutil.copy(filled / "zhibiao.db", tmp_path / "zhibiao.db")
    return Settings(f"sqlite:///{tmp_path}/zhibiao.db", tmp_path, readers="rules")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    """A browser at it, without JavaScript; `client.post(url, headers=token(client))` passes the check of forms."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}) as client:
        yield client


def token(client: TestClient) -> dict[str, str]:
    """The header that a page's script sends with a change."""
    client.get("/")
    return {"X-CSRF-Token": client.cookies["zhibiao_csrf"]}
