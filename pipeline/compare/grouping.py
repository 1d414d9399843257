"""Which row of the matrix a target belongs to: by the vocabulary, by the normal form of its name, or by likeness to another name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.canonical.indicators import Match, Refusal, match_indicator
from pipeline.compare.likeness import merge_alike
from pipeline.compare.naming import act_of_name, parse_name, parse_scope, scope_forms
from schemas.indicators import Indicator, indicators

if TYPE_CHECKING:
    import pandas as pd

READ = ("indicator", "indicator_id", "kind", "change_direction", "dimension", "scope", "unit")
COLUMNS = ["group", "indicator_name", "group_rule", "group_score", "domain", "measure", "name_statistic", "base", "name_act", "scope_class"]
# how a target is named: the columns READ, then the normal form of its scope
Naming = tuple[str | None, ...]


@dataclass(slots=True)
class _Place:
    """Where targets of one naming stand: `key` is the id of their indicator, or ~ and the normal form of their name."""

    key: str
    name: str
    rule: str
    domain: str
    measure: str
    statistic: str | None
    base: str
    act: int
    scope: str
    values: str = ""
    score: float = 1.0


@dataclass(slots=True)
class _Row:
    """A name that no vocabulary knows: how often it is written, in which ways, what its values are, whether some write it without a scope."""

    values: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    whole: bool = False

    @property
    def mostly(self) -> str:
        """What most of its values are."""
        return max(self.values, key=lambda values: (self.values[values], values))


class Grouping:
    """The rows of all targets of a database, by how they are named: a name that no vocabulary knows stands where it does because of all others.

    So a few targets are in the rows in which they would be among all, if the grouping is that of all.
    """

    def __init__(self, often: Mapping[Naming, int]) -> None:
        """`often`: the number of targets of each naming."""
        known = {i.id: i for i in indicators()}
        self._often = often
        self._places = {naming: _place(known, naming) for naming in sorted(often, key=lambda n: (often[n], [part or "" for part in n]))}
        rows: dict[str, _Row] = {}
        for naming, place in self._places.items():
            if place.rule == "form":
                row = rows.setdefault(place.key, _Row())
                row.values[place.values] += often[naming]
                row.written[str(naming[0])] += often[naming]
                row.whole |= place.scope == ""
        _with_scope(self._places.values(), rows)
        _alike(self._places.values(), rows, known)
        self._shown = {key: max(row.written, key=lambda w: (row.written[w], -len(w), w)) for key, row in rows.items()}

    def group(self, naming: Naming) -> str:
        """The row of a naming. Raises KeyError for one that no target has."""
        return self._places[naming].key

    def columns(self, namings: Iterable[Naming]) -> Iterator[tuple[Any, ...]]:
        """The values of COLUMNS for each naming."""
        found = {
            naming: (p.key, self._shown.get(p.key, p.name), p.rule, p.score, p.domain, p.measure, p.statistic, p.base, p.act, p.scope)
            for naming, p in self._places.items()
        }
        return (found[naming] for naming in namings)

    def namings(self, groups: Set[str]) -> list[Naming]:
        """The namings of some rows."""
        return [naming for naming, place in self._places.items() if place.key in groups]

    def size(self, groups: Set[str]) -> int:
        """The number of targets of some rows."""
        return sum(self._often[naming] for naming in self.namings(groups))

    def names(self) -> dict[str, set[str]]:
        """Names as they are written → the rows in which they stand."""
        found: dict[str, set[str]] = {}
        for naming, place in self._places.items():
            found.setdefault(str(naming[0]), set()).add(place.key)
        return found


def namings(frame: pd.DataFrame) -> list[Naming]:
    """How each target is named, from the columns READ and `region`."""
    columns = [[v if isinstance(v, str) else None for v in frame[name].tolist()] for name in (*READ, "region")]
    return [(*rest, parse_scope(rest[_SCOPE], region)) for *rest, region in zip(*columns, strict=True)]


_SCOPE = READ.index("scope")


def groups(frame: pd.DataFrame, grouping: Grouping | None = None) -> pd.DataFrame:
    """The columns COLUMNS for targets with their `region`, by the grouping of all targets, None where these are all.

    A scope that is part of a known name (县城, 污水处理率: 县城污水处理率) goes into the name, and so does one that others write in the name.
    """
    import pandas as pd

    named = namings(frame)
    # objects: a column of strings would make NaN, which counts as told, of what is None
    found = pd.DataFrame((grouping or Grouping(Counter(named))).columns(named), columns=COLUMNS, index=frame.index, dtype=object)
    return found.astype({"group_score": float, "name_act": int})


def _place(known: Mapping[str, Indicator], naming: Naming) -> _Place:
    said, identity, kind, way, dimension, scope, unit, where = naming
    written, kind, where = said or "", kind or "", where or ""
    name = parse_name(written)
    change = way if kind == "change" else name.change
    identity = _change_ids().get((identity, way), identity) if kind == "change" else identity
    one = known.get(identity or "")
    if one is None and where and (matched := _matched(f"{scope}{written}", unit, kind)):
        one, where = matched, ""
    if one is not None:
        measure = _measure(kind, way if kind == "change" and (one.id, way) not in _changed() else None, True)
        return _Place(one.id, one.name, "vocabulary", one.domain, measure, name.statistic, name.base, 0, where, f"{dimension} {measure}")
    base, act = (name.base, 0) if is_ratio(dimension) or change else act_of_name(name.base)
    measure = _measure(kind, change, False)
    return _Place(f"~{base}", written, "form", "", measure, name.statistic, base, act, where, f"{dimension} {measure}")


def _with_scope(found: Iterable[_Place], rows: dict[str, _Row]) -> None:
    """Names whose scope others write in the name (城市建成区 | 路网密度, 建成区路网密度) take it in."""
    for place in found:
        if place.rule == "form" and place.scope:
            keys = (f"~{form}{place.base}" for form in scope_forms(place.scope))
            key = next((k for k in keys if k in rows and rows[k].whole and rows[k].mostly == place.values), None)
            if key is not None:
                place.key, place.base, place.scope = key, key[1:], ""


def _alike(found: Iterable[_Place], rows: dict[str, _Row], known: Mapping[str, Indicator]) -> None:
    """Names that only leave out words of another stand in its row, marked; never in that of an indicator that the vocabulary says they are not."""
    forms: dict[str, str] = {}
    values: set[tuple[str, str]] = set()
    for p in found:
        if p.rule == "vocabulary":
            for form in (f"~{parse_name(p.name).base}", f"~{p.base}"):
                forms[form] = p.key
                values.add((form, p.values))
    alike = merge_alike({key: (row.written.total(), row.mostly) for key, row in rows.items() if key not in forms}, sorted(values))
    for place in found:
        if place.rule == "form" and place.key in alike:
            leader, score = alike[place.key]
            group = forms.get(leader, leader)
            if group not in _barred(place.name):
                place.key, place.rule, place.score = group, "alike", score
                if group in known:
                    place.name, place.domain = known[group].name, known[group].domain


@lru_cache(maxsize=1 << 16)
def _matched(name: str, unit: str | None, kind: str) -> Indicator | None:
    found = match_indicator(name, unit, kind)
    return found.indicator if isinstance(found, Match) else None


@lru_cache(maxsize=1 << 16)
def _barred(name: str) -> tuple[str, ...]:
    """Ids of indicators that a name is said not to be."""
    found = match_indicator(name, None)
    return found.near if isinstance(found, Refusal) and found.reason == "negative" else ()


def is_ratio(dimension: Any) -> bool:
    """Whether values of a dimension are shares: nothing is added up in them."""
    return isinstance(dimension, str) and dimension.startswith("ratio")


def _measure(kind: str, change: str | None, known: bool) -> str:
    """level, count, rank, grade, state; increase or decrease where the change is what is measured."""
    if kind in ("qualitative", "milestone"):
        return "state"
    return change or ("level" if kind == "change" and known else kind)


@cache
def _change_ids() -> dict[tuple[str | None, str | None], str]:
    """(indicator, way) → the indicator that is its change: PM2.5 concentration, decrease → reduction of the concentration."""
    by_base: dict[str, str] = {}
    for one in indicators():
        for form in (one.name, *one.aliases):
            parsed = parse_name(form)
            if parsed.change is None:
                by_base.setdefault(parsed.base, one.id)
    found: dict[tuple[str | None, str | None], str] = {}
    for one in indicators():
        for form in (one.name, *one.aliases):
            parsed = parse_name(form)
            base = by_base.get(parsed.base)
            if parsed.change and base and base != one.id:
                found.setdefault((base, parsed.change), one.id)
    return found


@cache
def _changed() -> frozenset[tuple[str, str]]:
    """Indicators that are a change by their own name, with its way."""
    found = set()
    for one in indicators():
        parsed = parse_name(one.name)
        if parsed.change:
            found.add((one.id, parsed.change))
    return frozenset(found)
