"""The page that compares: every view stands in its address, shows what `zhibiao compare` gives for the same options, and is downloaded as shown."""

import csv
import io
import json
import re
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from pipeline import corrections, store
from pipeline.browse import proof
from pipeline.browse.choices import choices
from pipeline.compare import Options, compare
from pipeline.report import grid, lines
from pipeline.web import Settings, create_app
from pipeline.web.pages.compare import kept
from pipeline.web.pages.compare.asked import VIEWS, View, parse
from schemas import tables

REGIONS = ("驻马店市", "枣阳市", "陇南市")


def page(client: TestClient, query: str = "", status: int = 200) -> LexborHTMLParser:
    answer = client.get(f"/compare{query}")
    assert answer.status_code == status, answer.text[:600]
    return LexborHTMLParser(answer.text)


def texts(parsed: LexborHTMLParser, selector: str) -> list[str]:
    return [node.text(strip=True) for node in parsed.css(selector)]


def rows_of(client: TestClient, query: str) -> list[str]:
    """The indicators of all pages of the matrix, in order."""
    found: list[str] = []
    number = 1
    while True:
        parsed = page(client, f"?{query}&page={number}")
        found += texts(parsed, "table.matrix tbody tr:not(.group) > th > a")
        if not parsed.css("a[rel=next]"):
            return found
        number += 1


def expected(client: TestClient, **asked: object) -> grid.Grid:
    """The matrix that the command gives for the same options."""
    result = compare(client.app.state.workbench.engine, Options(tables=("matrix",), contexts=False, **asked))
    return grid.read(result, lines.read(result, "matrix"))


FILTERS = [
    ("", {}),
    ("region=驻马店市&region=枣阳市", {"regions": ("驻马店市", "枣阳市")}),
    ("region=zhumadian&region=420683", {"regions": ("zhumadian", "420683")}),
    ("by=document", {"by": "document"}),
    ("by=year", {"by": "year"}),
    ("indicator=森林覆盖率&indicator=公众对生态文明建设的满意度", {"indicators": ("森林覆盖率", "公众对生态文明建设的满意度")}),
    ("domain=生态系统保护", {"domains": ("生态系统保护",)}),
    ("year=2023&year=2025", {"years": (2023, 2025)}),
    ("function=生态环境", {"functions": ("生态环境",)}),
    ("sort=name", {"sort": "name"}),
    ("sort=distance", {"sort": "distance"}),
    ("all_documents=1", {"all_documents": True}),
    ("any_year=1", {"any_year": True}),
    ("region=驻马店市&by=document&all_documents=1&domain=生态生活", {"regions": ("驻马店市",), "by": "document", "all_documents": True}),
]


@pytest.mark.parametrize(("query", "asked"), FILTERS, ids=[query or "all" for query, _ in FILTERS])
def test_the_matrix_is_that_of_the_command(client, query, asked):
    if "domain=生态生活" in query:
        domain = next(d for d, _ in kept.stored(client.app.state.workbench).domains)
        query, asked = query.replace("生态生活", domain), {**asked, "domains": (domain,)}
    whole = expected(client, **asked)
    assert rows_of(client, query) == [row.name for row in whole.rows] != []
    parsed = page(client, f"?{query}")
    assert texts(parsed, "table.matrix thead a.sort") == list(whole.regions)
    row = whole.rows[0]
    cells = parsed.css("table.matrix tbody tr:not(.group)")[0].css("td")
    for cell, want in zip(cells, row.cells.values(), strict=True):
        values = [b.text(strip=True) for b in cell.css("a.v b")]
        assert values == [(e["shown"] or e["value_text"]).strip() for e in want.entries if e["state"] == "stated"]


@pytest.mark.parametrize(("only", "passes"), [("shared", "stated"), ("comparable", "comparable"), ("differing", "differs")])
def test_only_some_rows(client, only, passes):
    whole = expected(client)
    wanted = [row.name for row in whole.rows if getattr(row, passes) > (passes == "stated")]
    assert rows_of(client, f"only={only}") == wanted
    assert 0 < len(wanted) < len(whole.rows)


def test_found_by_a_name_as_written(client):
    names = rows_of(client, "find=污水")
    assert names and len(names) < len(rows_of(client, ""))
    assert rows_of(client, "find=" + quote("no such words")) == []


def test_a_year_narrows_what_falls_due(client):
    parsed = page(client, "?view=timeline&year=2025")
    assert {text[:4] for text in texts(parsed, "table.lines tbody td:first-child")} == {"2025"}


@pytest.mark.parametrize("view", [name for name in VIEWS if name not in ("matrix", "charts")])
def test_the_other_tables_are_those_of_the_command(client, view):
    result = compare(client.app.state.workbench.engine, Options(tables=(view,), contexts=False))
    total = len(lines.read(result, view))
    parsed = page(client, f"?view={view}")
    assert texts(parsed, ".count-line [role=status]")[0].startswith(f"{total} 行")
    assert len(parsed.css("table.lines tbody tr")) == min(total, 100) > 0


def test_a_standard_is_held_against_all_plans(client):
    result = compare(client.app.state.workbench.engine, Options(tables=("standards",), standard="N2019", contexts=False))
    parsed = page(client, "?view=standards&standard=N2019")
    assert texts(parsed, ".count-line [role=status]")[0].startswith(f"{len(result.tables['standards'])} 行")
    usual = compare(client.app.state.workbench.engine, Options(tables=("standards",), contexts=False))
    assert len(usual.tables["standards"]) != len(result.tables["standards"])


def test_tables_are_sorted_by_each_column_in_both_directions(client):
    up = texts(page(client, "?view=timeline&sort=indicator"), "table.lines tbody tr")
    down = texts(page(client, "?view=timeline&sort=indicator&order=desc"), "table.lines tbody tr")
    assert up != down
    heads = page(client, "?view=timeline&sort=date&order=desc").css("th[aria-sort]")
    assert [node.attributes["aria-sort"] for node in heads] == ["descending"]
    dates = texts(page(client, "?view=timeline&sort=date&order=desc"), "table.lines tbody td:first-child")
    assert dates == sorted(dates, reverse=True)


def test_rows_are_sorted_by_the_values_of_a_column(client):
    def values(order: str) -> list[float]:
        found = []
        for name in rows_of(client, f"sort=@驻马店市&order={order}"):
            row = next(row for row in whole.rows if row.name == name)
            entry = next((e for e in row.cells["驻马店市"].entries if e["state"] == "stated"), None)
            if entry and entry["canonical_value"] is not None:
                found.append(entry["canonical_value"])
        return found

    whole = expected(client)
    assert values("asc") == sorted(values("asc")) and values("desc") == sorted(values("asc"), reverse=True)
    last = rows_of(client, "sort=@枣阳市")[-1]
    assert next(row for row in whole.rows if row.name == last).cells["枣阳市"].state != "stated"
    head = page(client, "?sort=@枣阳市").css("th[aria-sort]")[0]
    assert head.attributes["aria-sort"] == "ascending" and "order=desc" in head.css_first("a").attributes["href"]


def test_columns_are_hidden_and_shown_again(client):
    parsed = page(client, "?hide=枣阳市")
    assert texts(parsed, "table.matrix thead a.sort") == ["驻马店市", "陇南市"]
    assert parsed.css_first(".count-line a.chip").attributes["href"] == "/compare"


def test_cells_show_the_lines_that_are_chosen(client):
    bare = page(client, "?columns=value")
    assert not bare.css("a.v .when") and not bare.css("a.v .chip.good")
    lead = page(client, "?columns=value&columns=lead")
    assert any("局" in text for text in texts(lead, "a.v .note"))
    assert page(client).css("a.v .when") and page(client).css("a.v .chip")


def test_rows_are_grouped_by_domain(client):
    groups = [text for number in (1, 2, 3, 4) for text in texts(page(client, f"?group=1&page={number}"), "tr.group")]
    assert len(set(groups)) > 5 and groups[-1] == "未归入指标目录"


def test_the_permalink_says_the_whole_view():
    words = {"region": ("驻马店市", "a&b=c"), "indicator": ("森林覆盖率",), "domain": ("x",), "function": ("生态环境",), "hide": ("陇南市",)}
    codes = {"view": "timeline", "chart": "timeline", "by": "document", "standard": "N2019", "sort": "@枣阳市", "order": "desc", "only": "shared"}
    flags = {"group": True, "all_documents": True, "any_year": True, "large": True}
    rest = {"year": (2023, 2025), "find": "水 <b>", "columns": (), "kind": "next", "as_of": "2024-02-29", "page": 3, "across": 2, "open": "abc"}
    view = View(**words, **codes, **flags, **rest)
    assert parse(view.query()) == view and parse(View().query()) == View() and View().address() == "/compare"
    assert all(getattr(view, name) != getattr(View(), name) for name in View.__dataclass_fields__ if name != "problems")


def test_links_of_a_page_keep_its_view(client):
    query = "region=驻马店市&region=枣阳市&only=shared&columns=value&columns=lead&sort=name"
    parsed = page(client, f"?{query}")
    tab = next(node.attributes["href"] for node in parsed.css(".tabs a") if node.text() == "时间表")
    assert parse([tuple(part.split("=", 1)) for part in tab.split("?")[1].split("&")]).view == "timeline"
    assert "only=shared" in tab and tab.count("region=") == 2 and "sort=" not in tab
    kept_boxes = {(n.attributes["name"], n.attributes["value"]) for n in parsed.css("#filters input[checked]")}
    assert {("region", "驻马店市"), ("region", "枣阳市"), ("columns", "lead")} <= kept_boxes


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
    ],
)
def test_what_there_is_not_is_told_with_what_to_do(client, query, says):
    parsed = page(client, f"?{query}", status=400)
    assert says in parsed.css_first("[role=alert]").text() and parsed.css("[role=alert] .offers a") and parsed.css("#filters")
    for name in ("csv", "xlsx", "png"):
        assert client.get(f"/compare.{name}?{query}").status_code == 400
    assert client.get(f"/compare/charts.json?{query}").status_code == 400


def test_an_unknown_standard_is_told(client):
    assert client.get("/compare?view=standards&standard=N1").status_code in (200, 400)


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


def test_a_large_comparison_asks_what_to_compare(client, monkeypatch):
    monkeypatch.setattr(kept, "MOST_TARGETS", 100)
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
    assert "已确认" in chips[links[0]] and "已更正" in chips[links[1]] and "61.5" in chips[links[1]]
    evidence = LexborHTMLParser(client.get(f"/compare/evidence/{links[1]}").text).css_first(".said").text()
    assert "已更正" in evidence and "61.5" in evidence
    corrections.decide(engine, "reject", author="甲", target_id=links[0])
    assert links[0] not in page(client).html and client.get(f"/compare/evidence/{links[0]}").status_code == 404


def test_few_large_comparisons_are_kept():
    room = kept.Comparisons(room=10)
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
