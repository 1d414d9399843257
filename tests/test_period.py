"""The calendar behind deadlines; what is read from which words is in tests/specs/periods.json and deadlines.json."""

from datetime import date, timedelta

import pytest

from extractors.dates import months_after, working_days_after
from extractors.period import find_unresolved
from schemas import vocab
from tests.conftest import read


@pytest.mark.parametrize(("year", "calendar"), vocab.holidays().items())
def test_a_calendar_keeps_its_own_rules(year, calendar):
    assert calendar.source.startswith("国办发明电")
    assert {d.year for d in calendar.off | calendar.work} == {year}
    assert not calendar.off & calendar.work
    assert {d.weekday() for d in calendar.work} <= {5, 6}
    assert date(year, 10, 1) in calendar.off and date(year, 5, 1) in calendar.off


def test_a_working_day_is_counted_from_the_day_after():
    assert working_days_after(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert working_days_after(date(2024, 10, 11), 1) == date(2024, 10, 12)  # a Saturday worked for the holiday
    assert working_days_after(date(2018, 6, 1), 1) is None


def test_working_days_end_on_a_working_day():
    for n in range(1, 300):
        end = working_days_after(date(2023, 1, 1), n)
        assert end not in vocab.holidays()[end.year].off
        assert working_days_after(date(2023, 1, 1), n + 1) > end >= date(2023, 1, 1) + timedelta(days=n)


def test_months_end_on_the_last_day_where_they_are_shorter():
    assert months_after(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)


def test_a_deadline_that_waits_for_the_day_of_issue_is_reported():
    assert [m.text for m in find_unresolved("自印发之日起6个月内完成", None)] == ["自印发之日起6个月内"]
    assert find_unresolved("自印发之日起6个月内完成", date(2024, 3, 15)) == []
    issues = read("方案\n一、任务\n自印发之日起6个月内,建成公园10个。\n").extraction.issues
    assert [i.code for i in issues if i.code.startswith("deadline")] == ["deadline_not_dated"]
