"""What people decided is what every page shows: the number, the deadline, the words around them."""

import re

import pytest
import sqlalchemy as sa

from pipeline import corrections, store
from pipeline.browse import source
from pipeline.compare.items import written
from pipeline.store.documents import _clear
from schemas import tables
from tests.web.conftest import token

T = tables.target.c


@pytest.fixture
def engine(settings):
    return store.connect(settings.database)


def one(engine, *where):
    with engine.connect() as connection:
        return connection.execute(sa.select(tables.target).where(*where).limit(1)).mappings().one()


@pytest.mark.parametrize(
    ("text", "value", "value_max", "unit", "expected"),
    [
        ("5—10", 10.0, None, "个", "10"),  # of a range one number is left
        ("-5%", 5.0, None, "%", "5"),
        ("5%", -5.0, None, "%", "-5"),
        ("-5%", -5.0, None, "%", "-5%"),
        ("1,200—1,500亩", 1200.0, 1500.0, "亩", "1,200—1,500亩"),
        ("10.50亿元", 10.5, None, "亿元", "10.50亿元"),
    ],
)
def test_a_number_of_a_person_is_never_hidden_by_the_words(text, value, value_max, unit, expected):
    assert written(text, value, value_max, unit) == expected


def test_an_added_target_shows_the_number_that_the_person_gave(client, engine):
    old = one(engine, T.value_text == "100%", T.unit == "%", T.deadline_kind.is_not(None))
    e = tables.evidence.c
    with engine.connect() as connection:
        place = connection.execute(sa.select(e.start, e.end).where(e.row_id == old["id"], e.slot == "value")).one()
    changes = {"indicator": "某某覆盖率", "value": 77, "unit": "%", "operator": ">="}
    added = corrections.decide(engine, "add", author="王", document_id=old["document_id"], spans={"value": [list(place)]}, changes=changes)
    for address in (
        f"/documents/{old['document_id']}?target={added.target_id}",
        "/compare?indicator=某某覆盖率",
        f"/review?target={added.target_id}",
    ):
        assert "≥77%" in client.get(address).text, address


def test_a_corrected_number_stands_in_the_review_list(client, engine):
    old = one(engine, T.kind == "count", T.operator == "=", T.unit.is_not(None))
    corrections.decide(engine, "correct", author="王", target_id=old["id"], changes={"value": 123457})
    page = client.get("/review?state=decided").text
    assert re.search(rf'class="row-value">123457（?{re.escape(old["unit"])}', page)


def test_a_corrected_deadline_is_the_one_that_is_shown(client, engine):
    old = one(engine, T.deadline_kind == "by", T.deadline_end.like("2025%"), T.kind == "level")
    raw = old["deadline_raw"]
    deadline = {"raw": raw, "kind": "by", "start": None, "end": "2031-12-31"}
    corrections.decide(engine, "correct", author="王", target_id=old["id"], changes={"deadline": deadline})
    page = client.get("/search", params={"q": old["indicator"]}).text
    chips = re.findall(rf"target={old['id']}[^>]*>([^<]*)<", page)
    assert chips and all("2031" in chip and raw not in chip for chip in chips)


def test_a_deadline_without_words_is_shown_beside_the_source(engine):
    old = one(engine, T.deadline_kind.is_(None), T.kind == "level")
    corrections.decide(engine, "correct", author="王", target_id=old["id"], changes={"deadline": {"kind": "continuous"}})
    with engine.connect() as connection:
        row = source.document(connection, old["document_id"])
        found = source.read(connection, row, source.place_of(connection, old["document_id"], old["id"], None))
    mine = next(t for group in found.tasks for t in group["targets"] if t["id"] == old["id"])
    assert mine["deadline"]["kind"] == "continuous"


def test_numbers_without_end_in_addresses_and_forms_are_no_faults(client, engine):
    assert client.get(f"/review?after=unexplained~x~{'9' * 30}").status_code == 200
    form = {"action": "accept", "key": "t:x", "target_id": one(engine)["id"], "seen": "1" * 5000}
    assert client.post("/review/decide", data=form, headers=token(client)).status_code in (200, 409)


def test_a_search_goes_on_while_a_run_replaces_documents(client, engine):
    assert client.get("/search?q=水").status_code == 200
    with engine.begin() as connection:  # a run that has stored something and has not ended leaves the state as it is
        names = connection.execute(sa.select(tables.document.c.name)).scalars().all()
        _clear(connection, names[:3])
    assert client.get("/search?q=水").status_code == 200


@pytest.mark.parametrize(("kind", "told"), [("change", "提高≥5个百分点"), ("rank", "前110名")])
def test_a_change_and_a_rank_are_told_beside_the_source_as_everywhere(client, engine, kind, told):
    words = {"change": "5个百分点", "rank": "110名"}[kind]
    old = one(engine, T.kind == kind, T.value_text == words)
    page = client.get(f"/documents/{old['document_id']}?target={old['id']}").text
    assert f'f-value">{told}<' in page
