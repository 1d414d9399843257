"""The other views of a comparison: who answers, what is due; filters, columns, order, language; every answer leads to its evidence."""

import json

import pandas as pd
import pytest
import sqlalchemy as sa

from pipeline.compare import Options, compare
from schemas import tables
from schemas.comparison import CHANGES, FINDINGS, STATES, TABLES, VALIDITY, VERDICTS
from schemas.errors import ZhibiaoError
from tests.compare.conftest import DAY, rows


def test_tables_have_their_columns_and_their_words(compared):
    assert set(compared.tables) == set(TABLES)
    for name, table in compared.tables.items():
        assert list(table.columns) == [c.name for c in TABLES[name]]
    words = {"matrix": {"state": STATES, "verdict": VERDICTS}, "findings": {"type": FINDINGS, "change": CHANGES}, "plans": {"validity": VALIDITY}}
    for name, columns in words.items():
        for column, known in columns.items():
            assert set(compared.tables[name][column].dropna()) <= set(known)


def test_every_cell_has_a_state_and_every_value_its_evidence(five, compared):
    matrix = compared.tables["matrix"]
    cells = matrix.groupby("group")["region"].agg(set)
    assert (cells == {"驻马店市", "枣阳市", "陇南市"}).all()
    stated = rows(matrix, state="stated")
    assert stated["evidence"].map(len).all()
    assert stated["verdict"].notna().all()
    assert rows(matrix, state="not_stated")["verdict"].isna().all()


def test_evidence_ids_lead_to_the_text(five, compared):
    with five.connect() as connection:
        texts = dict(connection.execute(sa.select(tables.evidence.c.id, tables.evidence.c.text)).all())
        ledger = set(connection.execute(sa.select(tables.coverage.c.id)).scalars())
    matrix = rows(compared.tables["matrix"], state="stated")
    for line in matrix.to_dict("records"):
        assert texts[line["evidence"][0]][:2] in line["value_text"].replace(" ", "") or line["kind"] in ("qualitative", "milestone")
    for name in ("findings", "changes", "standards", "timeline"):
        for ids in compared.tables[name]["evidence"]:
            assert set(ids) <= set(texts)
    assert {i for ids in rows(compared.tables["matrix"], state="unparsed")["evidence"] for i in ids} <= ledger
    assert compared.tables["findings"]["evidence"].map(len).all()


def test_ranks_stand_only_on_comparable_values(compared):
    matrix = compared.tables["matrix"]
    ranked = matrix[matrix["rank"].notna()]
    assert set(ranked["verdict"]) == {"comparable"}
    assert (ranked["distance"] >= 0).all()
    forest = rows(ranked, indicator="林草覆盖率").sort_values("rank")
    assert list(forest["region"]) == ["陇南市", "驻马店市"]
    assert forest["distance"].tolist() == pytest.approx([0, 0.4822])


def test_load_counts_tasks_and_targets(compared):
    load = compared.tables["load"]
    lead = rows(load, region="枣阳市", role="lead", body="市财政局")
    assert (lead["tasks"].sum(), lead["function"].iloc[0]) == (1, "财政")
    assert rows(load, region="驻马店市", role="lead", year=2025)["targets"].sum() > 20


def test_who_leads_the_same_indicator_elsewhere(compared):
    leads = rows(compared.tables["leads"], indicator="城镇污水处理率")
    by_region = {r.region: r.lead_function for r in leads.itertuples()}
    assert by_region["枣阳市"] == ("住房和城乡建设",)
    assert by_region["驻马店市"] == ("城市管理",)
    assert leads["differs"].all()


def test_timeline_says_what_is_past_and_what_comes_next(five):
    timeline = compare(five, Options(regions=("驻马店",), as_of=DAY)).tables["timeline"]
    assert timeline["date"].is_monotonic_increasing
    assert (timeline["date"] < "2024-06-30").eq(timeline["due"] == "past_due").all()
    assert set(rows(timeline, due="next")["date"]) == {"2024-12-31"}
    assert rows(timeline, due="next").iloc[0]["days"] == 184


def test_filters_leave_out_rows_never_cells(five):
    whole = compare(five, Options(as_of=DAY)).tables["matrix"]
    some = compare(five, Options(as_of=DAY, functions=("住房和城乡建设",))).tables["matrix"]
    assert 0 < some["group"].nunique() < whole["group"].nunique()
    assert set(rows(some, state="stated")["target"]) < set(rows(whole, state="stated")["target"])
    for group, cells in some.groupby("group"):
        assert len(cells) == len(rows(whole, group=group))
        assert any("住房和城乡建设" in functions for functions in cells["lead_function"])
    domain = compare(five, Options(as_of=DAY, domains=("生态系统保护",))).tables["matrix"]
    assert set(domain["domain"]) == {"生态系统保护"}
    years = rows(compare(five, Options(as_of=DAY, years=(2025,))).tables["matrix"], state="stated")
    assert set(years["year"]) == {2025}


def test_a_cell_that_the_years_asked_for_empty_says_so(five):
    whole = rows(compare(five, Options(as_of=DAY)).tables["matrix"], state="stated")
    some = compare(five, Options(as_of=DAY, years=(2025,))).tables["matrix"]
    elsewhen = set(zip(whole["group"], whole["region"], strict=True))
    empty = some[some["state"] != "stated"]
    told = {(r.group, r.region): r.reason for r in empty.itertuples()}
    assert any(cell in elsewhen for cell in told)
    assert all(("另有" in reason) == (cell in elsewhen) for cell, reason in told.items())


def test_the_load_under_a_filter_is_part_of_the_whole(five):
    keys = ["region", "body", "role", "year"]
    whole = compare(five, Options(as_of=DAY)).tables["load"].set_index(keys)
    some = compare(five, Options(as_of=DAY, years=(2025,))).tables["load"]
    assert set(some["year"]) == {2025}
    for one in some.itertuples():
        all_ = whole.loc[(one.region, one.body, one.role, one.year)]
        assert one.tasks <= all_["tasks"].sum()
        assert one.targets == all_["targets"].sum()


@pytest.mark.parametrize(("option", "value"), [("domains", "生态"), ("functions", "水利")])
def test_a_filter_that_nothing_has_is_refused_with_those_there_are(five, option, value):
    with pytest.raises(ZhibiaoError, match=r"there are: .*、"):
        compare(five, Options(as_of=DAY, **{option: (value,)}))


def test_columns_may_be_documents(five):
    result = compare(five, Options(regions=("驻马店",), by="document", as_of=DAY))
    assert result.regions == ("zhumadian-2022-scheme", "zhumadian-2023-task-table", "zhumadian-2023-three-year")
    sewage = rows(result.tables["matrix"], indicator="农村生活污水治理率", year=2025)
    assert dict(zip(sewage["document"], sewage["rank"], strict=True)) == {"zhumadian-2022-scheme": 1, "zhumadian-2023-three-year": 2}


def test_columns_may_be_years(five):
    result = compare(five, Options(regions=("驻马店",), by="year", as_of=DAY))
    assert result.regions == ("2022", "2023", "2024", "2025", "—")
    by_region = compare(five, Options(regions=("驻马店",), as_of=DAY)).tables["matrix"]
    matrix = result.tables["matrix"]
    assert set(rows(matrix, state="stated")["target"]) == set(rows(by_region, state="stated")["target"])
    rank = rows(matrix, indicator="全国168个重点城市空气质量排名")
    assert list(zip(rank["year"].fillna(0), rank["shown"].fillna(""), strict=True)) == [
        *((2022, ""), (2023, "前110名"), (2024, "前105名"), (2025, "前100名"), (0, "")),
    ]
    sewage = rows(matrix, indicator="农村生活污水治理率", year=2025)  # judged against the city's other plans
    assert dict(zip(sewage["document"], sewage["rank"], strict=True)) == {"zhumadian-2022-scheme": 1, "zhumadian-2023-three-year": 2}


def test_order_by_distance_and_by_name(five):
    by_name = compare(five, Options(as_of=DAY, sort="name")).tables["matrix"]["indicator"]
    assert by_name.is_monotonic_increasing
    by_distance = compare(five, Options(as_of=DAY, sort="distance")).tables["matrix"]
    assert by_distance.iloc[0]["indicator"] in ("林草覆盖率", "节能家电市场占有率", "生态环境状况指数(EI)")


def test_reasons_in_english(five):
    result = compare(five, Options(as_of=DAY, lang="en"))
    told = [*result.tables["matrix"]["reason"].dropna(), *result.tables["changes"]["reason"], *result.notes]
    assert "different years" in " ".join(told)
    assert "年份不同" not in " ".join(told)


def test_two_runs_give_the_same_tables(five, compared):
    again = compare(five, Options(as_of=DAY))
    for name, table in compared.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
        assert json.dumps(table.to_dict("records"), default=str) == json.dumps(again.tables[name].to_dict("records"), default=str)
