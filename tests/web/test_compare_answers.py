"""What the page that compares answers besides its tables: evidence, files, charts, suggestions, problems; hostile documents; what is kept."""

import csv
import io
import json
import re
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from pipeline import store
from pipeline.browse import proof
from pipeline.web import Settings, create_app
from pipeline.web.pages.compare.asked import VIEWS
from schemas import tables
from tests.web.comparing import REGIONS, page, rows_of, texts


def test_an_open_value_is_marked(client):
    target = page(client).css_first("a.v").attributes["data-open"]
    parsed = page(client, f"?open={target}")
    assert parsed.css_first("a.v[aria-current]").attributes["data-open"] == target
    assert parsed.css_first("#side").attributes["data-open"] == target


def test_without_script_a_value_leads_to_its_document(client):
    parsed = page(client)
    engine = client.app.state.workbench.engine
    with store.reading(engine) as connection:
        known = {tuple(row) for row in connection.execute(sa.select(tables.target.c.id, tables.target.c.document_id))}
    for link in parsed.css("a.v:not(.odd)"):
        document, target = re.fullmatch(r"/documents/([0-9a-f]+)\?target=([0-9a-f]+)", link.attributes["href"]).groups()
        assert (target, document) in known
    unread = [n for number in (1, 2, 3, 4) for n in page(client, f"?page={number}").css("a.v.odd")]
    assert unread and all(re.fullmatch(r"/documents/[0-9a-f]+\?start=\d+&end=\d+", n.attributes["href"]) for n in unread)


def test_every_target_has_evidence_that_holds_its_value(client):
    with store.reading(client.app.state.workbench.engine) as connection:
        stored = connection.execute(sa.select(tables.target.c.id, tables.target.c.value_text, tables.target.c.quote)).all()
        assert len(stored) > 300
        for identity, value, _ in stored:
            found = proof.of_target(connection, identity)
            said = "".join(piece.text for piece in found.pieces if piece.field)
            assert bare(value) in bare(said), (value, said)
    for identity, value, _ in stored[::9]:
        answer = client.get(f"/compare/evidence/{identity}")
        parsed = LexborHTMLParser(answer.text)
        assert answer.status_code == 200 and bare(value) in bare(parsed.css_first("blockquote").text())
        assert "<html" not in answer.text and f"?target={identity}" in parsed.css_first(".acts a").attributes["href"]


def bare(text: str) -> str:
    return re.sub(r"[\s\\$]", "", text)  # a formula as it is written, $\\geq 4.5\\%$, holds the value too


def test_evidence_of_a_sentence_that_was_not_read(client):
    link = next(n for number in (1, 2, 3, 4) for n in page(client, f"?page={number}").css("a.v.odd"))
    parsed = LexborHTMLParser(client.get(f"/compare/evidence/{link.attributes['data-open']}").text)
    assert "未能读出" in parsed.text() and parsed.css("blockquote mark")


def test_no_such_evidence(client):
    assert client.get("/compare/evidence/nothing").status_code == 404
    assert client.get("/compare/evidence/%3Cscript%3E").status_code == 404


def test_evidence_says_the_verdict_of_the_view(client):
    link = next(n for n in page(client).css("a.v.good"))
    parsed = LexborHTMLParser(client.get(f"/compare/evidence/{link.attributes['data-open']}").text)
    assert "可比" in parsed.css_first(".said").text()
    alone = LexborHTMLParser(client.get(f"/compare/evidence/{link.attributes['data-open']}?region=陇南市").text)
    assert "可比，第" not in alone.css_first(".said").text()


VIEW = "region=驻马店市&region=陇南市&region=枣阳市&hide=枣阳市&only=shared&sort=name&order=desc"


def test_the_csv_is_what_is_shown(client):
    answer = client.get(f"/compare.csv?{VIEW}")
    assert answer.headers["content-disposition"].startswith("attachment") and "UTF-8''" in answer.headers["content-disposition"]
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(dict.fromkeys(line["指标"] for line in found)) == rows_of(client, VIEW)
    assert {line["地区"] for line in found} == {"驻马店市", "陇南市"}


def test_the_csv_of_a_table_is_what_is_shown(client):
    answer = client.get("/compare.csv?view=timeline&sort=date&order=desc&year=2023")
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    shown = texts(page(client, "?view=timeline&sort=date&order=desc&year=2023"), "table.lines tbody td:first-child")
    assert [line["到期日"] for line in found] == shown


def test_the_workbook_is_what_is_shown(client):
    book = load_workbook(io.BytesIO(client.get(f"/compare.xlsx?{VIEW}").content))
    values = list(book["对比总表"].iter_rows(values_only=True))
    head = next(i for i, row in enumerate(values) if row[0] == "指标")
    assert [name for name in values[head] if name in REGIONS] == ["驻马店市", "陇南市"]
    assert [row[0] for row in values[head + 1 :] if row[0]] == rows_of(client, VIEW)
    timeline = load_workbook(io.BytesIO(client.get("/compare.xlsx?view=timeline&kind=past_due&as_of=2024-01-01").content))["时间表"]
    due = [row[2] for row in timeline.iter_rows(values_only=True) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(row[1])[:10])]
    assert due and set(due) == {"已到期"}


def test_the_picture_is_a_picture(client):
    answer = client.get(f"/compare.png?{VIEW}")
    assert answer.status_code == 200 and answer.content.startswith(b"\x89PNG") and answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize("chart", ["values", "timeline", "editions"])
def test_charts_and_their_tables_say_the_same(client, chart):
    answer = client.get(f"/compare/charts.json?chart={chart}").json()
    parsed = page(client, f"?view=charts&chart={chart}")
    assert answer["total"] > 0 and texts(parsed, "figcaption b") == [panel["name"] for panel in answer["panels"]]
    told = json.dumps(answer, ensure_ascii=False)
    for link in parsed.css(".plot table a[data-open]"):
        assert link.attributes["data-open"] in told


def test_the_standard_is_a_line_of_its_indicator(client):
    panels = client.get("/compare/charts.json?chart=values").json()["panels"]
    assert any(panel["limits"] for panel in panels)
    assert all(len({dot["column"] for dot in panel["dots"] if not dot["hollow"]}) > 1 for panel in panels)


def test_editions_go_from_the_earlier_to_the_later(client):
    panels = client.get("/compare/charts.json?chart=editions").json()["panels"]
    assert all(step["before"]["date"] <= step["after"]["date"] and step["words"] for panel in panels for step in panel["steps"])


@pytest.mark.parametrize("query", ["zhu", "驻马", "4117", "zhumadian"])
def test_regions_are_found_by_name_pinyin_and_code(client, query):
    first = client.get("/compare/regions", params={"q": query}).json()[0]
    assert (first["name"], first["about"], first["count"]) == ("驻马店市", "411700", 3)


def test_regions_without_documents_are_offered_behind_those_that_have_some(client):
    found = client.get("/compare/regions", params={"q": "z"}).json()
    counts = [one["count"] for one in found]
    assert counts == sorted(counts, reverse=True) and counts[-1] == 0 < counts[0]


def test_indicators_are_found_by_name_and_id(client):
    name = client.get("/compare/indicators", params={"q": "森林覆盖"}).json()[0]
    assert name["name"] == "森林覆盖率" and client.get("/compare/indicators", params={"q": name["word"]}).json()[0] == name
    assert len(client.get("/compare/indicators").json()) == 20


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("region=nowhere", "没有叫“nowhere”的地区"),
        ("region=驻马店市&region=朝阳区", "不止一个"),
        ("indicator=没有的指标名", "没有叫“没有的指标名”的指标"),
        ("domain=没有的领域", "没有叫“没有的领域”的领域"),
        ("function=没有的职能", "没有叫“没有的职能”的职能"),
        ("view=standards&standard=N1", "没有编号为“N1”的标准"),
    ],
)
def test_what_there_is_not_is_told_with_what_to_do(client, query, says):
    parsed = page(client, f"?{query}", status=400)
    assert says in parsed.css_first("[role=alert]").text() and parsed.css("[role=alert] .offers a") and parsed.css("#filters")
    assert client.get(f"/compare.csv?{query}").status_code == client.get(f"/compare/charts.json?{query}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "by=nothing",
        "view=nothing",
        "year=abc",
        "year=9",
        "as_of=yesterday",
        "as_of=0001-01-01",
        "page=-1",
        "page=x",
        "only=%00",
        "order=up",
        "chart=pie",
    ],
)
def test_what_cannot_be_understood_does_not_count(client, query):
    assert page(client, f"?{query}").css("table.matrix tbody tr")


@pytest.mark.parametrize(
    "query",
    ["nothing=1", "page=99999", "across=999", "sort=@nowhere", "sort=nothing", "open=nothing", "hide=nowhere", "kind=x", "region=", "x" * 3000],
)
def test_unknown_parameters_do_no_harm(client, query):
    assert page(client, f"?{query}").css("table.matrix tbody tr")


def test_all_columns_hidden(client):
    assert client.get("/compare?" + urlencode([("hide", name) for name in REGIONS])).status_code == 200


HOSTILE = '<script>alert("1")</script>\'"><img src=x onerror=alert(1)>'


@pytest.fixture
def hostile(settings) -> TestClient:
    """A workbench in which everything that a document says, and its name and region, is markup."""
    engine = store.connect(settings.database)
    with engine.begin() as connection:
        document = connection.execute(sa.select(tables.document.c.id).where(tables.document.c.name == "zaoyang-2021-scheme")).scalar_one()
        mine = tables.document.c.id == document
        connection.execute(sa.update(tables.document).where(mine).values(name=HOSTILE, title=HOSTILE, region=HOSTILE, region_code=None))
        connection.execute(sa.update(tables.document).where(mine).values(text=HOSTILE * 900))
        own = tables.target.c.document_id == document
        connection.execute(sa.update(tables.target).where(own).values(scope=HOSTILE, value_text=HOSTILE, quote=HOSTILE, deadline_raw=HOSTILE))
        connection.execute(sa.update(tables.target).where(own, tables.target.c.indicator_id.is_(None)).values(indicator=HOSTILE))
        connection.execute(sa.update(tables.task).where(tables.task.c.document_id == document).values(title=HOSTILE, path=HOSTILE))
    engine.dispose()
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}) as client:
        yield client


def test_what_documents_say_is_never_markup(hostile):
    addresses = [f"/compare?view={view}" for view in VIEWS]
    addresses += [
        f"/compare?{urlencode([(name, HOSTILE)])}" for name in ("find", "region", "indicator", "hide", "open", "domain", "sort", "by", "kind")
    ]
    addresses += ["/compare?by=document&columns=value&columns=document&columns=scope", "/compare?view=charts&chart=timeline"]
    with store.reading(hostile.app.state.workbench.engine) as connection:
        query = sa.select(tables.target.c.id).join(tables.document).where(tables.document.c.name == HOSTILE)
        targets = connection.execute(query.limit(3)).scalars().all()
    addresses += [f"/compare/evidence/{target}" for target in targets]
    seen = 0
    for address in addresses:
        answer = hostile.get(address)
        assert answer.status_code in (200, 400), address
        assert "<img src=x" not in answer.text and "<script>alert" not in answer.text, address
        seen += "&lt;script&gt;" in answer.text
    assert seen > 12
    nodes = page(hostile).css("*")
    assert not [name for node in nodes for name in node.attributes if name == "style" or name.startswith("on")]
    header = hostile.get("/compare.csv").headers["content-disposition"]
    assert "\n" not in header and hostile.get("/compare/charts.json").headers["content-type"] == "application/json"


def test_an_empty_database_says_what_to_do(tmp_path):
    with TestClient(
        create_app(Settings(f"sqlite:///{tmp_path}/zhibiao.db", tmp_path)), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}
    ) as client:
        for view in VIEWS:
            assert "/upload" in page(client, f"?view={view}").html
        assert client.get("/compare/regions?q=z").status_code == 200 and client.get("/compare.csv").status_code == 200
        assert client.get("/compare/charts.json").json()["panels"] == []
