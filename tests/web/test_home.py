"""The first page: figures, deadlines, findings, corrections; and what it says of an empty database."""

import re
import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pipeline import corrections, store
from pipeline.browse import queue
from pipeline.compare import Options, compare
from pipeline.web import Settings, create_app
from pipeline.web.pages.home import in_words
from schemas import tables


@pytest.fixture
def engine(settings):
    engine = store.connect(settings.database)
    store.upgrade(engine)
    yield engine
    engine.dispose()


def figures(page: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r"<b[^>]*>([\d,]+)</b><span>", page)]


def whole(client) -> str:
    """The page when everything has been worked out."""
    for _ in range(600):
        page = client.get("/").text
        if 'data-state="working"' not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("it never was")


def test_figures_equal_what_is_stored(client, settings):
    page = whole(client)
    with store.connect(settings.database).connect() as connection:
        asked = ("count(*) from document", "count(*) from target", "count(distinct region) from document", "count(distinct indicator_id) from target")
        expected = [connection.exec_driver_sql(f"select {one}").scalar() for one in asked]
        t = connection.exec_driver_sql("select count(*) from target where confidence < 0.8 or readers in ('rules', 'differs')").scalar()
    assert figures(page)[:4] == expected and figures(page)[4] >= t > 0


def test_findings_are_those_of_the_comparison(client, settings):
    assert "正在计算" in client.get("/").text
    page = whole(client)
    frame = compare(store.connect(settings.database), Options(tables=("findings",), contexts=False)).tables["findings"]
    for kind, title in (("contradiction", "自相矛盾"), ("changed", "前后变化")):
        count = int((frame["type"] == kind).sum())
        assert (f'{title}<span class="count">{count}</span>' in page) == bool(count)
    assert "changed between editions" not in page and 'data-state="ready"' in page


def test_more_targets_than_can_be_compared_at_once(client, monkeypatch):
    monkeypatch.setattr("pipeline.compare.LIMIT", 3)
    page = whole(client)
    assert "请选择地区" in page and 'data-state="many"' in page


def test_what_is_due_next(client, settings):
    today = date.today()
    with store.connect(settings.database).begin() as connection:
        first = (
            connection.execute(sa.select(tables.target.c.id).where(tables.target.c.status == "target").order_by(tables.target.c.id).limit(2))
            .scalars()
            .all()
        )
        for one, days in zip(first, (30, 0), strict=True):
            end = (today + timedelta(days)).isoformat()
            connection.execute(sa.update(tables.target).where(tables.target.c.id == one).values(deadline_end=end))
    page = client.get("/").text
    assert "还有 30 天" in page and "今天" in page
    assert page.index(f"target={first[1]}") < page.index(f"target={first[0]}")


def test_days_in_words():
    day = date(2024, 3, 15)
    told = {
        end: in_words(end, day, "en")
        for end in ("2024-03-15", "2024-03-16", "2024-03-14", "2024-04-14", "2025-12-31", "2030-12-31", "2020-12-31", "x")
    }
    assert told == {
        "2024-03-15": "today",
        "2024-03-16": "in 1 day",
        "2024-03-14": "1 day ago",
        "2024-04-14": "in 30 days",
        "2025-12-31": "in 22 months",
        "2030-12-31": "in 7 years",
        "2020-12-31": "3 years ago",
        "x": "",
    }


def test_latest_corrections(client, settings):
    with store.connect(settings.database).begin() as connection:
        asked = sa.select(tables.evidence.c.id, tables.evidence.c.row_id).where(
            tables.evidence.c.row_table == "target", tables.evidence.c.slot == "value"
        )
        place = connection.execute(asked).first()
        values = {"evidence_id": place.id, "field": "value", "before": "1", "after": "<b>2</b>", "author": "王", "made": "2026-01-01T00:00:00"}
        connection.execute(sa.insert(tables.correction).values(id="c", **values))
    page = client.get("/").text
    assert "&lt;b&gt;2&lt;/b&gt;" in page and f"target={place.row_id}" in page and "王" in page


def test_an_empty_database_says_what_to_do(tmp_path):
    settings = Settings(f"sqlite:///{tmp_path}/zhibiao.db", tmp_path)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}) as client:
        page, listed = client.get("/").text, client.get("/documents").text
    command = f"zhibiao run FOLDER --db sqlite:///{tmp_path}/zhibiao.db --out {tmp_path}"
    assert command in page and command in listed and 'href="/upload"' in page


def test_it_is_fast(client):
    whole(client)
    begun = time.process_time()
    client.get("/")
    assert time.process_time() - begun < 0.2


def test_decisions_are_told_in_words(client, settings, engine):
    with engine.connect() as connection:
        row = connection.execute(sa.select(tables.target.c.id, tables.target.c.indicator).where(tables.target.c.kind == "level").limit(1)).one()
    corrections.decide(engine, "correct", author="王", target_id=row.id, changes={"value": 12.5, "deadline": {"end": "2031-12-31", "kind": "by"}})
    corrections.decide(engine, "accept", author="李", target_id=row.id)
    card = client.get("/").text.split("最近的审核")[1].split("</section>")[0]
    assert card.count("<li>") == 2 and "数值：" in card and "12.5" in card and "2031年" in card and "接受" in card
    assert "deadline" not in card and "{" not in card and "+00:00" not in card


def test_what_waits_falls_with_every_decision(client, settings, engine):
    def waiting() -> int:
        return figures(whole(client))[4]

    with engine.connect() as connection:
        doubtful = connection.execute(sa.select(tables.target.c.id).where(tables.target.c.confidence < 0.8).limit(1)).scalar_one()
        assert queue.doubts(connection) == waiting()
    before = waiting()
    corrections.decide(engine, "accept", author="王", target_id=doubtful)
    assert waiting() == before - 1
