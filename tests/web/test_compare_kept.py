"""Which comparisons are made for a page, how long they are kept, and what decisions of people change in them."""

from dataclasses import replace
from operator import attrgetter

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from pipeline import corrections, store
from pipeline.browse.choices import choices
from pipeline.compare import compare
from pipeline.web.pages.compare import kept
from pipeline.web.pages.compare.asked import View
from pipeline.web.state import Kept
from schemas import tables
from tests.web.comparing import REGIONS, page


def test_a_large_comparison_asks_what_to_compare(client, monkeypatch):
    monkeypatch.setattr(kept, "MOST_TARGETS", 150)
    parsed = page(client)
    offers = parsed.css(".ask .offers a")
    assert "请先选定对比的范围" in parsed.text() and len(offers) > 20 and not parsed.css("table.matrix")
    assert client.get("/compare.csv").status_code == 400
    assert page(client, "?large=1").css("table.matrix") and page(client, "?indicator=森林覆盖率").css("table.matrix")
    monkeypatch.setattr(kept, "LIMIT", 200)
    assert not page(client, "?large=1").css("table.matrix")


def test_comparisons_are_kept_until_the_database_changes(client, monkeypatch):
    made = []
    monkeypatch.setattr(kept, "compare", lambda *of: made.append(of) or compare(*of))
    for _ in range(3):
        page(client, "?sort=name")
    assert len(made) == 1
    page(client, "?sort=name&only=shared&hide=枣阳市&page=2")
    assert len(made) == 1  # what only picks from a comparison makes none
    monkeypatch.setattr(type(client.app.state.workbench), "version", lambda self: ("later",))
    page(client, "?sort=name")
    assert len(made) == 2


def test_what_people_decided_is_shown_at_once(client):
    engine = client.app.state.workbench.engine
    links = [n.attributes["data-open"] for n in page(client).css("a.v.good")]
    corrections.decide(engine, "accept", author="甲", target_id=links[0])
    corrections.decide(engine, "correct", author="甲", target_id=links[1], changes={"value": 61.5})
    parsed = page(client)
    chips = {n.attributes["data-open"]: n.text() for n in parsed.css("a.v") if "✎" in n.text()}
    assert chips.keys() == {links[0], links[1]}
    assert "已接受" in chips[links[0]] and "已修改" in chips[links[1]] and "61.5" in chips[links[1]]
    evidence = LexborHTMLParser(client.get(f"/compare/evidence/{links[1]}").text).css_first(".said").text()
    assert "已修改" in evidence and "61.5" in evidence
    corrections.decide(engine, "reject", author="甲", target_id=links[0])
    assert links[0] not in page(client).html and client.get(f"/compare/evidence/{links[0]}").status_code == 404


def test_few_large_comparisons_are_kept():
    room = Kept(10, attrgetter("weight"))
    made = kept.Made((), (), None, {}, {}, 6)
    assert room.get("a", lambda: made) is made
    other = replace(made)
    room.get("b", lambda: other)
    assert room.get("a", lambda: other) is other  # the first went
    with pytest.raises(KeyError):
        room.get("c", lambda: {}["x"])
    assert room.get("c", lambda: made) is made  # a question that failed is asked again


def test_choices_count_what_is_stored(client):
    with store.reading(client.app.state.workbench.engine) as connection:
        known = choices(connection)
        targets = connection.execute(sa.select(sa.func.count()).select_from(tables.target)).scalar_one()
    assert known.documents == 5 and known.targets == targets == sum(one.targets for one in known.indicators)
    assert {place.name for place in known.places} == set(REGIONS) and 2025 in known.years


def test_english(client):
    parsed = page(client, "?lang=en")
    assert "Compare targets" in parsed.text() and "not comparable" in parsed.text() and "不可比" not in parsed.text()
    assert "not comparable" in client.get("/compare.csv?lang=en").content.decode("utf-8-sig")


def test_while_a_run_stores_documents_nothing_is_kept_for_long(client, monkeypatch):
    wb = client.app.state.workbench
    before, first = kept.state(wb), kept.whole(wb)
    assert kept.whole(wb) is first
    store.begin_run(wb.engine, "test")
    now = kept.state(wb)
    assert now != before and kept.whole(wb) is not first
    monkeypatch.setattr(kept.time, "time", lambda: 4e9)
    assert kept.state(wb) != now


def test_rows_that_came_since_do_not_break_a_comparison(client, monkeypatch):
    wb, options = client.app.state.workbench, View(region=("驻马店市",)).options("zh", ("matrix",))
    wanted = kept.compared(wb, options)

    def stale(engine, options, shared=None):
        if shared is not None:
            raise KeyError("a name that was not there")
        return compare(engine, options)

    monkeypatch.setattr(kept, "compare", stale)
    assert kept.compared(wb, options).tables["matrix"].equals(wanted.tables["matrix"])
