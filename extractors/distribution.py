"""分别: which of several names, scopes or years each of several values belongs to, with a proof that the counts agree."""

from __future__ import annotations

from dataclasses import replace

import regex

from extractors.indicator import Name, Stretch
from schemas.structs import struct
from schemas.types import Mention


@struct(frozen=True, slots=True)
class Share:
    """One value with its name, its scope, and its own date where years were spread as well."""

    name: Name
    scope: Stretch | None
    value: Mention
    date: Mention | None = None


def spread(
    text: str, values: list[Mention], names: list[Name], scopes: list[Stretch | None], apart: bool, dates: list[Mention]
) -> list[Share] | None:
    """Pair the values (the first belongs to the names for certain) with names, scopes or years; None where the counts disagree.

    "A率和B率分别达到90%和80%" → (A率, 90%), (B率, 80%); "A率和B率均达到90%" → (A率, 90%), (B率, 90%);
    "2024年、2025年分别完成10公里、20公里" → one name, each value with its year.
    """
    if not apart or len(values) == 1:
        if len(names) > 1 and len(scopes) == len(names):
            return [Share(n, s, values[0]) for n, s in zip(names, scopes, strict=True)]
        return [Share(name, scopes[0], values[0]) for name in ([names[0]] if apart and len(names) == 1 else names)]
    listed = _share_unit(_share_operator(in_list(text, values)))
    if len(names) == len(listed):
        places = scopes if len(scopes) == len(listed) else [scopes[0]] * len(listed)
        return [Share(n, s, v) for n, s, v in zip(names, places, listed, strict=True)]
    years = in_list(text, [d for d in dates if d.end <= values[0].start][::-1], backwards=True)[::-1]
    if len(years) == 1 and len(listed) > 1:
        years = _each_year(years[0])  # 2024-2026年…依次达到9%、10%和11.5%
    if len(names) == 1 and len(years) == len(listed) > 1:
        return [Share(names[0], scopes[0], v, y) for v, y in zip(listed, years, strict=True)]
    return None


def _each_year(date: Mention) -> list[Mention]:
    """The years of a stretch, each as a date of its own."""
    period = date.value
    if period.kind != "during" or not period.start.endswith("-01-01") or not period.end.endswith("-12-31"):
        return [date]
    years = range(int(period.start[:4]), int(period.end[:4]) + 1)
    return [replace(date, value=replace(period, kind="by", start=None, end=f"{year}-12-31")) for year in years]


def in_list(text: str, mentions: list[Mention], backwards: bool = False) -> list[Mention]:
    """The mentions from the first on that only 、 和 及 stand between."""
    kept = mentions[:1]
    for m in mentions[1:]:
        low, high = (m.end, kept[-1].start) if backwards else (kept[-1].end, m.start)
        if not regex.fullmatch(r"[、,和及与以]+", text[low:high]):
            break
        kept.append(m)
    return kept


def _share_unit(values: list[Mention]) -> list[Mention]:
    """A unit said once, after the last value, holds for all: 分别控制在70、40微克/立方米."""
    unit, count = values[-1].value.unit, values[-1].value.count
    if any(m.value.unit for m in values[:-1]):
        return values
    return [replace(m, value=replace(m.value, unit=unit, count=count)) for m in values]


def _share_operator(values: list[Mention]) -> list[Mention]:
    """An operator said once, at the first or the last value, holds for all: 分别不低于85%、98.5%; 分别控制在3.2‰和4.5‰以内."""
    said = [m.value.quantity.operator for m in values if m.value.said]
    if len(said) == 1 and said[0] == ">=" and any(m.value.unit == "%" and m.value.quantity.value == 100 for m in values):
        return values  # 分别达到100%、85%以上: nothing is above 100%
    if len(said) != 1 or not (values[0].value.said or values[-1].value.said):
        return values
    return [m if m.value.said else replace(m, value=replace(m.value, quantity=replace(m.value.quantity, operator=said[0]))) for m in values]
