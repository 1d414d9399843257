"""Days of the calendar: ends of months, stretches counted from a day, working days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from schemas import vocab


def last_day(year: int, month: int, day: str | None = None) -> str | None:
    """The last day of a month, or the named one, in ISO form: `last_day(2024, 2) == "2024-02-29"`."""
    return day_of(year, month, day or str(calendar.monthrange(year, month)[1]))


def day_of(year: int, month: int, day: str) -> str | None:
    """The date in ISO form; None where the calendar has no such day."""
    return f"{year}-{month:02d}-{int(day):02d}" if 1 <= int(day) <= calendar.monthrange(year, month)[1] else None


def months_after(day: date, months: int) -> date:
    """The same day some months later, or that month's last one (Civil Code, article 202): 8月31日 + 6 months is 2月28日."""
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def working_days_after(day: date, count: int) -> date | None:
    """The day on which some working days (个工作日) have passed; the first day is not counted (Civil Code, article 201).

    Working days are those of the official calendar (holidays.yaml); None where it does not know a year on the way.
    """
    while count > 0:
        day += timedelta(days=1)
        year = vocab.holidays().get(day.year)
        if year is None:
            return None
        count -= day in year.work or (day.weekday() < 5 and day not in year.off)
    return day
