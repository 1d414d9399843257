"""The page that compares: every view stands in its address, shows what `zhibiao compare` gives for the same options, and is downloaded as shown."""

from urllib.parse import quote

import pytest

from pipeline.compare import Options, compare
from pipeline.report import lines
from pipeline.web.pages.compare import kept
from pipeline.web.pages.compare.asked import VIEWS, View, parse
from schemas.comparison import NO_YEAR
from tests.web.comparing import expected, page, rows_of, texts

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
    assert texts(parsed, "table.matrix thead a.sort") == ["未写年份" if name == NO_YEAR else name for name in whole.regions]
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
