"""Views and Datasette: columns as documented, counts as the exports', and Datasette shows them."""

import json
import os
import shutil
import subprocess
import sys
import time
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import sqlalchemy as sa

from docs.datasette import make
from pipeline import store
from pipeline.exporters import frames
from schemas import views
from tests.conftest import ROOT


@pytest.fixture
def connection(settings):
    engine = store.connect(settings.database)
    with store.reading(engine) as connection:
        yield connection


@pytest.mark.parametrize("view", views.VIEWS, ids=lambda view: view.name)
def test_columns_are_those_that_are_documented(connection, view):
    found = connection.execute(sa.text(f'SELECT * FROM "{view.name}"'))
    assert list(found.keys()) == [column.name for column in view.columns]
    assert found.first() is not None
    assert all(column.zh and column.en for column in view.columns)


def test_rows_are_those_of_the_exports(connection, settings):
    exported = frames.read(store.connect(settings.database))
    rows = {row.target_id: row for row in connection.execute(sa.text("SELECT * FROM v_target"))}
    tasks = {(t["document"], t["task"]): t for t in exported["tasks"]}
    assert rows.keys() == {t["target_id"] for t in exported["targets"]}
    for target in exported["targets"]:
        row, task = rows[target["target_id"]], tasks.get((target["document"], target["task"]))
        end = (target["deadline"] or {}).get("end")
        assert (row.document, row.as_written, row.value, row.deadline_end) == (target["document"], target["indicator"], target["value"], end)
        assert (row.page, row.line, row.confidence) == (target["page"], target["line"], target["confidence"])
        assert row.due_year == (int(end[:4]) if end else None)
        assert row.lead == ("、".join(task["lead"]) or None if task else None)
    for name, kind in (("v_task", "tasks"), ("v_document", "documents"), ("v_issue", "issues")):
        assert connection.execute(sa.text(f"SELECT COUNT(*) FROM {name}")).scalar() == len(exported[kind])
    due = [t for t in exported["targets"] if t["status"] == "target" and t["deadline"] and t["deadline"]["end"]]
    assert connection.execute(sa.text("SELECT SUM(targets) FROM v_deadline")).scalar() == len(due)


def test_migrations_down_and_up_make_the_views_anew(settings):
    from alembic import command
    from alembic.config import Config

    from pipeline.store.schema import MIGRATIONS

    engine, config = store.connect(settings.database), Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def down(connection):
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")

    store.transact(engine, down, loose=True)
    assert not set(sa.inspect(engine).get_view_names()) & {view.name for view in views.VIEWS}
    store.upgrade(engine)
    assert set(sa.inspect(engine).get_view_names()) == {view.name for view in views.VIEWS}


def test_what_is_shipped_is_made_from_the_schema():
    assert json.loads((make.HERE / "metadata.json").read_text("utf-8")) == make.metadata()
    assert (make.HERE.parent / "views.md").read_text("utf-8") == make.views()
    assert all(set(facets) <= {c.name for v in views.VIEWS if v.name == name for c in v.columns} for name, facets in make._FACETS.items())


@pytest.mark.parametrize("immutable", [True, False])
def test_datasette_shows_views_facets_and_queries(filled, tmp_path, immutable):
    shutil.copy(filled / "zhibiao.db", tmp_path / "zhibiao.db")
    name = ["--immutable", "zhibiao.db"] if immutable else ["zhibiao.db"]
    command = [
        sys.executable,
        "-m",
        "datasette",
        "serve",
        *name,
        "--metadata",
        str(make.HERE / "metadata.json"),
        "--host",
        "127.0.0.1",
        "--port",
        "0",
    ]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log)
    try:
        address, until = "", time.monotonic() + 30
        while not address and time.monotonic() < until:
            said = (tmp_path / "log").read_text()
            address = next((line.split(" on ")[1].split(" ")[0] for line in said.splitlines() if "running on http" in line), "")
            time.sleep(0.1)
        assert address, (tmp_path / "log").read_text()

        def ask(path):
            with urlopen(address + path, timeout=20) as answer:
                return answer.read().decode()

        assert "指标 zhibiao" in ask("/")
        index = json.loads(ask("/zhibiao.json"))
        assert {table["name"] for table in index["tables"] if table["hidden"]} >= {"correction", "source", "alembic_version"}
        view = json.loads(ask("/zhibiao/v_target.json?_facet=region&_size=1"))
        assert {one["value"]: one["count"] for one in view["facet_results"]["region"]["results"]}.keys() == {"驻马店市", "枣阳市", "陇南市"}
        assert "地区：full name of the division" in ask("/zhibiao/v_target")
        due = json.loads(ask("/zhibiao/due.json?_shape=array&year=2025"))
        assert due and all(row["deadline_end"].startswith("2025") for row in due)
        assert json.loads(ask(f"/zhibiao/beside.json?_shape=array&indicator={quote('森林覆盖率')}"))
    finally:
        process.terminate()
        process.wait(10)


def test_a_change_is_shown_with_its_direction(settings):
    engine = store.connect(settings.database)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT change_direction, canonical_value FROM v_indicator_region WHERE kind = 'change'").all()
    assert rows and all(direction in ("increase", "decrease") for direction, _ in rows)
