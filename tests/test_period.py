"""Deadlines, by the table of tests/gold/GUIDE.md."""

from datetime import date

import pytest

from extractors.period import find_periods, read_deadline

SPECS = [
    ("到2025年", "by", None, "2025-12-31"),
    ("2025年底前", "by", None, "2025-12-31"),
    ("2025年前", "by", None, "2025-12-31"),
    ("2024年年底前", "by", None, "2024-12-31"),
    ("2023年8月底前", "by", None, "2023-08-31"),
    ("2024年2月", "by", None, "2024-02-29"),
    ("2024年6月上旬", "by", None, "2024-06-10"),
    ("2019年上半年", "by", None, "2019-06-30"),
    ("2024年第三季度", "by", None, "2024-09-30"),
    ("2023年11月20日前", "by", None, "2023-11-20"),
    ("“十四五”期间", "during", "2021-01-01", "2025-12-31"),
    ("“十五五”末", "by", None, "2030-12-31"),
    ("2021-2025年", "during", "2021-01-01", "2025-12-31"),
    ("2022年5月至6月", "during", "2022-05-01", "2022-06-30"),
    ("2022年6月至2023年2月", "during", "2022-06-01", "2023-02-28"),
    ("每年", "annual", None, None),
    ("自印发之日起6个月内", "by", None, "2024-09-15"),
    ("今年底前", "by", None, "2024-12-31"),
    ("6月底前", "by", None, "2024-06-30"),
    ("二〇二五年", "by", None, "2025-12-31"),
]


@pytest.mark.parametrize(("text", "kind", "start", "end"), SPECS)
def test_periods(text, kind, start, end):
    (found,) = find_periods(text, date(2024, 3, 15), date(2024, 3, 15))
    assert (found.value.kind, found.value.start, found.value.end) == (kind, start, end)
    assert found.text == text


@pytest.mark.parametrize("text", ["2025年中心城区", "2025年初步形成", "有效期3年", "90年代", "2025亩"])
def test_neighbours_are_not_swallowed(text):
    found = find_periods(text, date(2024, 3, 15))
    assert [m.text for m in found] in ([], ["2025年"])


def test_a_date_without_a_year_takes_that_of_the_date_before():
    found = find_periods("2026年6月底前启动,11月底前完成。12月底前总结", date(2024, 3, 15))
    assert [m.value.end for m in found] == ["2026-06-30", "2026-11-30", "2024-12-31"]


def test_days_that_no_calendar_has_stay_unread():
    assert find_periods("2024年2月30日前") == []
    assert find_periods("2023年2月31日至2024年1月1日") == []


def test_without_a_date_of_issue_relative_words_stay_unread():
    assert find_periods("今年底前完成", None) == []
    assert find_periods("自印发之日起6个月内", None) == []
    assert find_periods("自印发之日起30个工作日内", date(2024, 3, 15), date(2024, 3, 15)) == []
    assert find_periods("自印发之日起6个月内", date(2024, 1, 1)) == []


def test_entries():
    assert read_deadline("持续推进").value.kind == "continuous"
    assert read_deadline("2022年5月制定当年度工作计划", date(2022, 6, 6)).value.end == "2022-05-31"
    assert read_deadline("按要求") is None


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2025-12-31", "by", None, "2025-12-31"),
        ("2025-06-01 0:00:00", "by", None, "2025-06-01"),
        ("2024.2", "by", None, "2024-02-29"),
        ("2024.9月底前", "by", None, "2024-09-30"),
        ("2025", "by", None, "2025-12-31"),
        ("2024/3-2024/9", "during", "2024-03-01", "2024-09-30"),
        ("2024-2026", "during", "2024-01-01", "2026-12-31"),
    ],
)
def test_a_date_cell_may_be_written_in_figures(text, kind, start, end):
    found = read_deadline(text).value
    assert (found.kind, found.start, found.end) == (kind, start, end)


@pytest.mark.parametrize("text", ["2025-13-01", "2024.2.30", "12.5", "第1-3批", "2026-2024"])
def test_other_figures_are_no_date(text):
    assert read_deadline(text) is None
