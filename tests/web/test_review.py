"""The review page without its script, the interface for corrections, and what they rest on."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from pipeline import corrections, store
from pipeline.browse import decided, passages, queue
from pipeline.web import create_app
from pipeline.web.reviewing import changes, proposing
from tests.web.conftest import token

TOOL = {"accept": "application/json"}


@pytest.fixture
def engine(settings):
    engine = store.connect(settings.database)
    store.upgrade(engine)
    yield engine
    engine.dispose()


def walk(engine, limit, **wanted):
    """All rows of the queue, a page at a time."""
    asked, after, found = queue.Wanted(**wanted), None, []
    with store.reading(engine) as connection:
        while True:
            rows, after = queue.page(connection, asked, decided.parts(asked), after, limit)
            found += rows
            if after is None:
                return found


def keys(client: TestClient, address: str = "/review") -> list[str]:
    return re.findall(r'class="row" [^>]*data-key="([^"]+)"', client.get(address).text)


def post(client: TestClient, **body):
    return client.post("/api/v1/corrections", json=body, headers={**token(client), **TOOL})


def test_the_queue_begins_with_doubt_and_holds_everything_once(engine):
    found = walk(engine, 7)
    assert [row["reason"] for row in found][:2] == ["differs", "confidence"]
    order = [queue.REASONS_SHOWN.index(row["reason"]) for row in found]
    assert order == sorted(order)
    assert len({row["key"] for row in found}) == len(found)
    assert [row["key"] for row in found] == [row["key"] for row in walk(engine, 1000)]
    with engine.connect() as connection:
        targets = connection.execute(sa.text("SELECT count(*) FROM target")).scalar()
        counted = queue.counts(connection)
    assert sum(row["key"].startswith("t:") for row in found) == targets
    assert sum(counted.values()) == len(found)
    for reason in {row["reason"] for row in found}:
        assert len(walk(engine, 9, reason=reason)) == counted[reason]


def test_filters_leave_what_is_asked_for(engine):
    whole = walk(engine, 500)
    one = next(row["document_id"] for row in whole if row["document"] == "longnan-2023-scheme")
    assert {row["key"] for row in walk(engine, 13, document=one)} == {row["key"] for row in whole if row["document_id"] == one}
    assert {row["key"] for row in walk(engine, 13, region="驻马店市")} == {row["key"] for row in whole if row["region"] == "驻马店市"}
    named = walk(engine, 13, words="森林")
    assert named and all("森林" in f"{row.get('indicator')}{row.get('scope')}{row.get('text')}" for row in named)
    assert walk(engine, 13, words="100%_") == []  # signs of patterns are letters


def test_decisions_move_between_the_states(engine):
    first, second, third = (row["id"] for row in walk(engine, 50)[:3])
    corrections.decide(engine, "accept", author="甲", target_id=first)
    corrections.decide(engine, "reject", author="乙", target_id=second)
    assert not {f"t:{first}", f"t:{second}"} & {row["key"] for row in walk(engine, 50)}
    done = walk(engine, 1, state="decided")
    assert {(row["key"], row["review"]) for row in done} == {(f"t:{first}", "accepted"), (f"t:{second}", "rejected")}
    assert all(row["indicator"] and row["document"] for row in done)  # of rejected ones too, which stand nowhere else
    assert [row["key"] for row in walk(engine, 9, state="decided", reviewer="乙")] == [f"t:{second}"]
    corrections.decide(engine, "correct", author="乙", target_id=first, changes={"scope": "全县"})
    assert [row["key"] for row in walk(engine, 9, state="conflicts")] == [f"t:{first}"]  # two people, two sentences
    assert walk(engine, 9)[0]["reason"] == "conflict"
    assert f"t:{third}" in {row["key"] for row in walk(engine, 50, state="all")}


def test_the_page_shows_the_item_with_its_source_and_second_reader(client):
    text = client.get("/review").text
    assert "第二个读取器对这个数值的读法不同" in text and "入河排污口溯源" in text
    assert re.search(r'<mark class="f-value f-unit[^"]*">80%</mark>', text)
    assert "state=decided" not in text or client.get("/review?state=decided").status_code == 200
    english = client.get("/review?lang=en").text
    assert "The second reader reads this value otherwise." in english and "入河排污口" in english


def test_deciding_by_forms_alone(client, engine):
    first, second = keys(client)[:2]
    csrf = token(client)["X-CSRF-Token"]
    form = {"csrf": csrf, "key": first, "target_id": first[2:], "seen": ""}
    answer = client.post("/review/decide?state=open", data={**form, "action": "accept", "next": second}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == f"/review?state=open&item={second.replace(':', '%3A')}"
    assert first not in keys(client)
    form = {"csrf": csrf, "key": second, "target_id": second[2:], "seen": "", "action": "correct"}
    page = client.get(f"/review/item?key={second}").text
    sent = dict(re.findall(r'name="(indicator|value|scope)" value="([^"]*)"', page.split('<details class="panel" id="edit"')[1].split("</form>")[0]))
    kind = {"kind": "qualitative", "operator": "", "status": "target", "deadline_kind": "by", "deadline_start": "", "deadline_end": "zwei"}
    answer = client.post("/review/decide", data={**form, **sent, **kind})
    assert answer.status_code == 422 and "应当是日期" in answer.text and 'value="zwei"' in answer.text  # what was typed comes back
    answer = client.post("/review/decide", data={**form, **sent, **kind, "deadline_end": "2026-06", "reason": "看图"}, follow_redirects=False)
    assert answer.status_code == 303
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT review, deadline_end FROM target WHERE id = :id"), {"id": second[2:]}).one()
    assert tuple(row) == ("corrected", "2026-06-30")
    undoes = corrections_of(client, second[2:])[0]["id"]
    assert client.post("/review/decide", data={"csrf": csrf, "action": "undo", "undoes": undoes}, follow_redirects=False).status_code == 303
    assert second in keys(client)


def corrections_of(client, target_id):
    return client.get(f"/api/v1/corrections?target_id={target_id}", headers=TOOL).json()["corrections"]


def test_forms_of_elsewhere_change_nothing(client):
    first = keys(client)[0]
    assert client.post("/review/decide", data={"action": "accept", "target_id": first[2:]}).status_code == 403
    assert client.post("/api/v1/corrections", json={"action": "accept", "target_id": first[2:]}).status_code == 403
    assert corrections_of(client, first[2:]) == []


def test_the_interface_takes_and_refuses_decisions(client):
    first = keys(client)[0][2:]
    taken = post(client, action="correct", target_id=first, changes={"value": "85", "operator": ">="}, seen=None, reason="原文如此")
    assert taken.status_code == 201
    decision, target = taken.json()["decision"], taken.json()["target"]
    assert decision["changes"]["value"] == [80, 85] and target["fields"]["operator"] == ">=" and target["canonical_value"] == 0.85
    late = post(client, action="accept", target_id=first, seen=None)
    assert late.status_code == 409 and late.json()["latest"]["id"] == decision["id"]
    assert post(client, action="accept", target_id=first, seen=target["seen"]).status_code == 201
    wrong = post(client, action="correct", target_id=first, changes={"value": "多", "kind": "much", "deadline": {"kind": "by", "end": "2025-13"}})
    assert wrong.status_code == 422 and set(wrong.json()["fields"]) == {"value", "kind", "deadline_end"}
    assert post(client, action="correct", target_id=first, changes={"value": 85}).status_code == 422  # nothing changes
    assert post(client, action="reject", target_id="nobody").status_code == 422
    assert post(client, action="add", document_id="nobody", changes={}).status_code == 422
    assert post(client, action="explode", target_id=first).status_code == 422
    assert post(client, action="accept", target_id=first, more=1).status_code == 422
    listed = client.get("/api/v1/corrections?limit=1", headers=TOOL).json()
    assert listed["corrections"][0]["action"] == "accept" and listed["next"] == listed["corrections"][0]["number"]
    behind = client.get(f"/api/v1/corrections?limit=1&after={listed['next']}", headers=TOOL).json()
    assert behind["corrections"][0]["id"] == decision["id"] and behind["next"] is None


@pytest.mark.parametrize(
    "spans", [{"value": [[5, 5]]}, {"value": [[-1, 4]]}, {"value": [[10**9, 10**9 + 3]]}, {"value": [[0, 3.5]]}, {"colour": [[0, 3]]}, {"value": []}]
)
def test_places_outside_the_text_are_refused(client, engine, spans):
    with engine.connect() as connection:
        document = connection.execute(sa.text("SELECT id FROM document LIMIT 1")).scalar()
    answer = post(client, action="add", document_id=document, changes={"indicator": "甲", "kind": "qualitative"}, spans=spans)
    assert answer.status_code == 422 and answer.headers["content-type"].startswith("application/problem+json")


def test_readers_may_look_but_not_decide(settings, monkeypatch):
    from pipeline.web import gate
    from pipeline.web.people import Person

    reader = Person("读者", "reader", local=True)
    monkeypatch.setattr(gate, "myself", lambda: reader)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}) as client:
        page = client.get("/review")
        assert page.status_code == 200 and "/review/decide" not in page.text
        first = keys(client)[0]
        assert post(client, action="accept", target_id=first[2:]).status_code == 403
        assert (
            client.post("/review/decide", data={"action": "accept", "target_id": first[2:], "csrf": token(client)["X-CSRF-Token"]}).status_code == 403
        )
        assert client.get("/review/export/gold.zip").status_code == 403


def test_progress_agreement_conflicts_and_exports(client, engine):
    rows = walk(engine, 50)[:6]
    for row in rows[:4]:
        corrections.decide(engine, "accept", author="甲", target_id=row["id"])
    for row in rows[:3]:
        corrections.decide(engine, "accept", author="乙", target_id=row["id"])
    corrections.decide(engine, "reject", author="乙", target_id=rows[3]["id"])
    text = client.get("/review/progress").text
    assert "乙 · 甲" in text and "75%" in text and "意见不一" in text and "没有冲突" not in text
    whole = zipfile.ZipFile(io.BytesIO(client.get("/review/export/gold.zip").content))
    assert any(name.endswith("targets.jsonl") for name in whole.namelist())
    as_json = json.loads(client.get("/review/export/gold.json").content)
    assert set(as_json) == set(whole.namelist())
    assert client.get("/review/export/lookups.yaml").status_code == 200
    assert client.get("/review/export/passwords").status_code == 404


def test_a_number_of_the_ledger_is_added_without_a_script(client, engine):
    number = next(key for key in keys(client, "/review?reason=no_verb") if key.startswith("c:"))
    page = client.get(f"/review/item?key={number}").text
    form = page.split('<details class="panel" id="add"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input type="(?:text|hidden)" name="([a-z_]+)" value="([^"]*)"', form))
    sent |= {
        name: re.search(r'value="([^"]*)" selected', part).group(1)
        for name, part in re.findall(r'<select name="([a-z_]+)"[^>]*>(.*?)</select>', form)
        if " selected" in part
    }
    assert sent["span_value"] and sent["value"]
    answer = client.post(
        "/review/decide", data={**sent, "indicator": "每千人口医师数", "csrf": token(client)["X-CSRF-Token"]}, follow_redirects=False
    )
    assert answer.status_code == 303, re.findall(r'class="wrong"[^>]*>([^<]*)|notice bad"><p>([^<]*)', answer.text)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM target WHERE review = 'added'")).scalar() == 1
    assert "补录" in client.get(f"/review/item?key={number}").text


def test_hostile_text_is_shown_as_text(client, engine):
    evil = "<script>alert(1)</script>\x0b\r"
    first = keys(client)[0][2:]
    with engine.begin() as connection:
        document, start = connection.execute(
            sa.text("SELECT document_id, start FROM evidence WHERE row_id = :id AND slot = 'value'"), {"id": first}
        ).one()
        text = connection.execute(sa.text("SELECT text FROM document WHERE id = :id"), {"id": document}).scalar_one()
        text = text[: start - 40] + evil + text[start - 40 + len(evil) :]
        connection.execute(sa.text("UPDATE document SET text = :text WHERE id = :id"), {"text": text, "id": document})
        connection.execute(sa.text("UPDATE target SET indicator = :x WHERE id = :id"), {"x": '"><img src=x onerror=alert(1)>', "id": first})
    page = client.get("/review").text
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;alert(1)" in page
    shown = re.search(r'class="passage main".*?data-start="(\d+)" data-end="(\d+)"[^>]*>(.*?)</div>', page, re.S)
    import html

    characters = html.unescape(re.sub(r"<[^>]*>", "", shown.group(3)))
    assert len(characters) == int(shown.group(2)) - int(shown.group(1))  # one character for each of the document


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("95％", {"indicator": "城镇绿色建筑占比", "scope": "全市", "value": 95, "operator": ">=", "unit": "%", "kind": "level"}),
        ("10%", {"indicator": "PM2.5平均浓度", "value": 10, "kind": "change", "change_direction": "decrease"}),
        ("4个", {"indicator": "𠮷祥示范县", "value": 4, "unit": "个", "kind": "count"}),
        ("不降低", {"indicator": "水质", "value": None, "kind": "qualitative"}),
    ],
)
def test_marked_text_is_read_by_the_extractors(marked, expected):
    text = "一、要求。到2025年底,全市城镇绿色建筑占比稳定达到 95％以上，PM2.5平均浓度下降10%。建成𠮷祥示范县4个。水质不降低。"
    start = text.index(marked)
    told = proposing.propose(text, 0, start, start + len(marked), {"issue_date": "2024-03-02"})
    assert {name: told["fields"][name] for name in expected} == expected
    assert "".join(text[a:b] for a, b in told["spans"]["value"]) == marked
    assert "".join(text[a:b] for a, b in told["spans"]["indicator"]) == expected["indicator"]


def test_what_people_type_is_read_or_refused_by_field():
    before = {"indicator": "甲", "kind": "level", "operator": "=", "value": 80, "status": "target", "deadline": None}
    assert changes.read({"value": " １2,345.50 "}, before) == ({"value": 12345.5}, {})
    assert changes.read({"deadline_kind": "by", "deadline_end": "2024-2"}, before)[0]["deadline"]["end"] == "2024-02-29"
    for given, field in (
        ({"value": "1e5"}, "value"),
        ({"value": True}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": 10**16}, "value"),
        ({"value": ""}, "value"),
        ({"indicator": " "}, "indicator"),
        ({"operator": "≥"}, "operator"),
        ({"operator": "range"}, "value_max"),
        ({"kind": "change"}, "change_direction"),
        ({"kind": "grade", "value": 3}, "value"),
        ({"deadline_kind": "by"}, "deadline_end"),
        ({"deadline_kind": "during", "deadline_end": "2025"}, "deadline_start"),
        ({"deadline_kind": "by", "deadline_end": "2025-02-30"}, "deadline_end"),
        ({"deadline": 5}, "deadline"),
    ):
        assert field in changes.read(given, before)[1], given
    assert changes.read({"kind": "qualitative"}, before)[1] == {}  # the number goes with the kind


def test_texts_are_cut_where_fields_begin_and_end():
    pieces = passages.cut_up("达到95%", 7, {"value": [(9, 12)], "unit": [(11, 12)]})
    assert [(p.start, p.text, p.fields) for p in pieces] == [(7, "达到", ()), (9, "95", ("value",)), (11, "%", ("value", "unit"))]


def test_the_list_shows_the_number_that_a_person_put(client, engine):
    row = next(row for row in walk(engine, 50) if row["key"][0] == "t" and row["kind"] == "level" and row["operator"] == ">=" and row["unit"])
    corrections.decide(engine, "correct", author="王", target_id=row["id"], changes={"value": 12.5})
    page = client.get("/review?state=decided").text
    assert f'<span class="row-value">≥12.5{row["unit"]}</span>' in page
