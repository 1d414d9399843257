"""The list of documents, quality, runs."""

import time

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.browse import documents
from pipeline.browse.documents import Filter
from schemas import tables
from tests.web.conftest import token
from tests.web.test_jobs import ended


@pytest.fixture
def connection(settings):
    with store.connect(settings.database).connect() as connection:
        yield connection


def rows(connection, **asked):
    found, total = documents.page(connection, Filter(today="2023-06-01", **asked), 50, 0)
    assert total == len(found)
    return [one["name"] for one in found]


def test_filters_and_order(connection):
    names = rows(connection)
    assert names == sorted(names) and len(names) == 5
    assert rows(connection, text="2023") == [name for name in names if "2023" in name]
    assert rows(connection, text="%") == [] and rows(connection, text="_") == [] and rows(connection, text="' OR 1=1 --") == []
    assert rows(connection, descending=True) == names[::-1]
    assert rows(connection, region="驻马店市") == [name for name in names if name.startswith("zhumadian")]
    counted = dict(connection.execute(sa.select(tables.document.c.name, sa.func.count()).join(tables.target).group_by(tables.document.c.name)).all())
    assert rows(connection, sort="targets", descending=True) == sorted(counted, key=lambda name: (-counted[name], name))
    assert set(rows(connection, validity="running")) | set(rows(connection, validity="over")) | set(rows(connection, validity="draft")) == set(names)
    assert rows(connection, year="2021") and set(rows(connection, year="2021")) < set(names)
    assert rows(connection, state="gone") == []


def test_quality_equals_what_is_stored(client, connection):
    t, c = tables.target.c, tables.coverage.c
    for row in connection.execute(sa.select(tables.document.c.id, tables.document.c.name)).all():
        told = documents.quality(connection, [row.id])[row.id]
        mine = list(connection.execute(sa.select(tables.target).where(t.document_id == row.id)))
        assert told["targets"] == len(mine) and told["both"] == sum(one.readers == "both" for one in mine)
        assert told["deadline"] == sum(one.deadline_kind is not None or one.deadline_end is not None for one in mine)
        assert told["indicator_id"] == sum(one.indicator_id is not None for one in mine) and told["unit"] == sum(one.unit is not None for one in mine)
        assert sum(told["issues"].values()) == connection.execute(sa.select(sa.func.count()).where(tables.issue.c.document_id == row.id)).scalar()
        assert (
            told["unexplained"] == connection.execute(sa.select(sa.func.count()).where(c.document_id == row.id, c.reason == "unexplained")).scalar()
        )
        page = client.get(f"/documents/{row.id}/quality")
        assert page.status_code == 200 and row.name in page.text
    assert client.get("/documents/none/quality").status_code == 404


def test_the_list_shows_what_failed_with_what_to_do(client, settings):
    with store.connect(settings.database).begin() as connection:
        values = {"id": "s", "location": "/in/坏.pdf", "name": "坏<b>", "state": "quarantined", "message": "坏.pdf: open it and save it again"}
        connection.execute(sa.insert(tables.source).values(**values))
        name = connection.execute(sa.select(tables.document.c.name)).scalars().first()
        connection.execute(sa.update(tables.source).where(tables.source.c.name == name).values(state="gone"))
    page = client.get("/documents").text
    assert "坏&lt;b&gt;" in page and "坏<b>" not in page and "save it again" in page and "6 份" in page
    assert "save it again" in client.get("/documents?state=quarantined").text
    assert "save it again" in client.get("/documents?state=unread").text and "save it again" not in client.get("/documents?state=failed").text
    gone = client.get("/documents?state=gone").text
    assert name in gone and "1 份" in gone
    assert "6 份" in client.get("/documents?state=nonsense&sort=nonsense&page=x").text
    assert "没有符合条件" in client.get("/documents?q=%00%27nothing").text


def test_reading_one_again(client, settings, connection):
    row = connection.execute(sa.select(tables.document.c.id, tables.document.c.name)).first()
    answer = client.post(f"/documents/{row.id}/again", headers=token(client), follow_redirects=False)
    assert ended(client, answer.headers["location"])["state"] == "done"
    run = store.read_runs(store.connect(settings.database))[0]
    assert run["documents"] == 1 and run["report"]["slowest"][0][1] == row.name
    assert client.post("/documents/none/again", headers=token(client)).status_code == 400


def test_runs_and_a_whole_report(client, settings):
    run = store.read_runs(store.connect(settings.database))[0]
    listed, page = client.get("/runs").text, client.get("/runs/1").text
    assert 'href="/runs/1"' in listed and str(run["targets"]) in listed
    for code, n in run["report"]["issues"].items():
        assert code in page and str(n) in page
    with store.connect(settings.database).connect() as connection:
        for _, name in run["report"]["slowest"]:
            found = connection.execute(sa.select(tables.document.c.id).where(tables.document.c.name == name)).scalar_one()
            assert f"/documents/{found}" in page
    for number in ("2", "0", "99999999999999999999"):
        assert client.get(f"/runs/{number}").status_code == 404


def test_a_run_that_was_killed_has_a_page(client, settings):
    with store.connect(settings.database).begin() as connection:
        counts = dict.fromkeys(("documents", "tasks", "targets", "failed"), 0)
        connection.execute(
            sa.insert(tables.run).values(id="k", number=2, started="2026-01-01T00:00:00+00:00", seconds=0.0, versions="v", status="killed", **counts)
        )
    assert "没有留下报告" in client.get("/runs/2").text and "异常终止" in client.get("/runs").text


def test_pages_are_fast(client):
    for address in ("/documents", "/runs", "/runs/1", "/upload"):
        client.get(address)
        begun = time.process_time()
        client.get(address)
        assert time.process_time() - begun < 0.2, address


def test_both_languages_on_every_page(client, connection):
    identity = connection.execute(sa.select(tables.document.c.id)).scalars().first()
    for address in ("/", "/documents", f"/documents/{identity}/quality", "/upload", "/runs", "/runs/1"):
        for lang in ("zh", "en"):
            page = client.get(address, headers={"accept-language": lang})
            assert page.status_code == 200 and "style=" not in page.text and "onclick" not in page.text
