"""What is wrong within the vocabularies of indicators, standards, units and functions, the user's files included.

`python -m schemas.lint` lists it, status 1 where there is an error.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, Literal

import regex

from schemas import vocab
from schemas.indicators import Indicator, indicators
from schemas.names import normal, squashed
from schemas.standards import Standard, Threshold, standards


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error) or doubtful (warning) in an entry of a vocabulary file; `check` names the question that found it."""

    level: Literal["error", "warning"]
    file: str
    entry: str
    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """What is looked at: indicators and standards as loaded, units and functions as they stand in their files."""

    indicators: tuple[Indicator, ...] = ()
    standards: tuple[Standard, ...] = ()
    units: Mapping[str, Any] = field(default_factory=dict)
    functions: tuple[Mapping[str, Any], ...] = ()


def lint(known: Vocabularies | None = None) -> list[Finding]:
    """Everything wrong or doubtful in the vocabularies (those that the program uses, if none are given), by file and entry.

    An alias of two indicators, for example: `Finding("error", "indicators.yaml", "pesticide", "alias_of_two", "农药利用率 is a name of … too")`.
    """
    if known is None:
        known = Vocabularies(indicators(), standards(), vocab.read("units"), tuple(vocab.read("bodies")["functions"]))
    return sorted(chain.from_iterable(check(known) for check in CHECKS), key=lambda f: (f.file, f.level, f.entry, f.check, f.message))


def _of(one: Indicator, check: str, message: str, level: Literal["error", "warning"] = "error") -> Finding:
    return Finding(level, one.file, one.id, check, message)


def _strong(one: Indicator) -> list[str]:
    """Names that mean the indicator in any unit: those that it does not itself list as weak."""
    weak = {normal(name) for name in one.weak}
    return [name for name in (one.name, *one.aliases) if normal(name) not in weak]


# --- names of indicators -------------------------------------------------------------------------------------------------


def _ids(known: Vocabularies) -> Iterator[Finding]:
    seen: set[str] = set()
    for one in known.indicators:
        if one.id in seen:
            yield _of(one, "id_twice", "the id stands twice")
        seen.add(one.id)
    others = [*((s.id, s.file) for s in known.standards), *((str(f["id"]), "bodies.yaml") for f in known.functions)]
    others += [(f"{part}/{u['id']}", "units.yaml") for part in ("units", "denominators") for u in known.units.get(part, ())]
    for name, count in Counter(others).items():
        if count > 1:
            yield Finding("error", name[1], name[0], "id_twice", "the id stands twice")


def _names(known: Vocabularies) -> Iterator[Finding]:
    """A full name of two indicators, in any spelling; a weak one that is another's full name, or weak of two in one dimension."""
    owners: dict[str, Indicator] = {}
    for one in known.indicators:
        for name in _strong(one):
            other = owners.setdefault(normal(name), one)
            if other.id != one.id:
                check = "alias_is_name" if normal(other.name) == normal(name) or name == one.name else "alias_of_two"
                yield _of(one, check, f"{name} is a name of {other.id} ({other.name}) too")
    weak: dict[tuple[str, str | None], Indicator] = {}
    for one in known.indicators:
        for name in one.weak:
            strong = owners.get(normal(name))
            if strong and strong.id != one.id:
                yield _of(one, "weak_is_strong", f"the weak alias {name} is a full name of {strong.id} ({strong.name})")
            other = weak.setdefault((normal(name), one.dimension), one)
            if other.id != one.id:
                yield _of(one, "weak_of_two", f"the weak alias {name} is one of {other.id} in the same dimension")


def _negatives(known: Vocabularies) -> Iterator[Finding]:
    for one in known.indicators:
        own = {squashed(name) for name in (one.name, *one.aliases, *one.weak)}
        for name in one.negative:
            if squashed(name) in own:
                yield _of(one, "negative_is_alias", f"{name} is listed as the indicator and as not the indicator")


def _weak(known: Vocabularies) -> Iterator[Finding]:
    for one in known.indicators:
        if one.weak and one.dimension == "state":
            yield _of(one, "weak_never", f"{'、'.join(one.weak)}: a weak alias needs a unit, and the indicator has none", "warning")


@cache
def _words() -> tuple[list[regex.Pattern[str]], list[regex.Pattern[str]]]:
    """Words that exclude each other, and words that mark another measure, one pattern a line of `spellings.yaml`."""
    data = vocab.read("spellings")

    def pattern(line: list[str]) -> regex.Pattern[str]:
        return regex.compile(rf"(?<!不)(?:{'|'.join(sorted(map(regex.escape, line), key=len, reverse=True))})")  # 不降低 is a state

    return [pattern(line) for line in data["contrasts"]], [pattern(line) for line in data["marks"]]


def _contrasts(known: Vocabularies) -> Iterator[Finding]:
    contrasts, marks = _words()
    for one in known.indicators:
        name = normal(one.name)
        for alias in (*one.aliases, *one.weak):
            form = normal(alias)
            for words in contrasts:
                mine, its = set(words.findall(name)), set(words.findall(form))
                if mine and its and not (mine <= its or its <= mine):
                    yield _of(one, "contrast", f"{alias} says {'、'.join(sorted(its))}, the name {'、'.join(sorted(mine))}")
            for words in marks:
                if (hit := words.search(name) or words.search(form)) and not (words.search(name) and words.search(form)):
                    yield _of(one, "contrast", f"only one of {alias} and the name {one.name} says {hit[0]}")


# --- units of indicators -------------------------------------------------------------------------------------------------

_SHARE = regex.compile(r"(?:率|比例|比率|比重|占比|强度)$")
_PER_HEAD = regex.compile(r"^(?:人均|[每万千]+(?:名|常住)?人口|单位)(?!.*(?:下降|降低|增长|增速|下降率|增速|寿命|年限))")


def _units(known: Vocabularies) -> Iterator[Finding]:
    for one in known.indicators:
        dimension = one.dimension
        if dimension is None:
            yield _of(one, "unknown_unit", f"the unit {one.unit} is not in units.yaml")
            continue
        if _SHARE.search(one.name) and dimension != "ratio" and "/" not in dimension:
            yield _of(one, "unit_dimension", f"{one.name} is a share, its unit {one.unit} is none", "warning" if dimension == "state" else "error")
        if _PER_HEAD.search(one.name) and not _SHARE.search(one.name) and "/" not in dimension and one.unit not in ("元", "%"):
            yield _of(one, "unit_dimension", f"{one.name} is by head or by unit, its unit {one.unit} is no quotient")
        if one.direction == "none" and dimension not in ("state", "grade"):
            yield _of(one, "direction_missing", f"the unit is {one.unit}, but no direction is better", "warning")


# --- functions, units, standards -----------------------------------------------------------------------------------------


def _unused(known: Vocabularies) -> Iterator[Finding]:
    for part in ("units", "denominators"):
        for entry in known.units.get(part, ()):
            if not entry.get("forms"):
                yield Finding("error", "units.yaml", str(entry["id"]), "no_forms", "no spelling: the unit is never found")
    for entry in known.functions:
        if not any(entry.get(key) for key in ("stems", "pattern", "forms")):
            yield Finding("error", "bodies.yaml", str(entry["id"]), "no_forms", "no stem, pattern or form: the function is never found")


def _cycles(known: Vocabularies) -> Iterator[Finding]:
    after = {one.id: one.superseded_by for one in known.standards}
    for one in known.standards:
        at, seen = one.superseded_by, {one.id}
        while at is not None and at in after and at not in seen:
            seen.add(at)
            at = after[at]
        if at == one.id:
            yield Finding("error", one.file, one.id, "cycle", f"superseded_by leads back: {' → '.join([*sorted(seen), one.id])}")
        elif at is not None and at not in after:
            yield Finding("error", one.file, one.id, "unknown_standard", f"superseded_by {at}, which is no standard")


def _thresholds(known: Vocabularies) -> Iterator[Finding]:
    by_id = {one.id: one for one in known.indicators}
    for standard in known.standards:
        seen: set[tuple[Any, ...]] = set()
        for threshold in standard.thresholds:
            where = f"{standard.id}/{threshold.indicator}"
            for check, message in _threshold(threshold, by_id.get(threshold.indicator)):
                yield Finding("error", standard.file, where, check, message)
            same = (threshold.indicator, threshold.level, threshold.condition, threshold.year)
            if same in seen:
                yield Finding(
                    "error", standard.file, where, "threshold_twice", f"two thresholds for {threshold.level} {threshold.condition_text or ''}"
                )
            seen.add(same)


def _threshold(threshold: Threshold, one: Indicator | None) -> Iterator[tuple[str, str]]:
    if one is None:
        yield "unknown_indicator", f"{threshold.indicator} is no indicator"
        return
    if threshold.value is None:
        return
    found = vocab.units().find(threshold.unit or "")
    dimension = found.dimension if found else ("index" if threshold.unit == "无量纲" else None)
    if dimension is None:
        yield "unknown_unit", f"the unit {threshold.unit} is not in units.yaml"
    elif dimension != one.dimension:
        yield "threshold_unit", f"given in {threshold.unit} ({dimension}), the indicator in {one.unit} ({one.dimension})"


CHECKS: tuple[Callable[[Vocabularies], Iterable[Finding]], ...] = (
    _ids,
    _names,
    _negatives,
    _weak,
    _contrasts,
    _units,
    _unused,
    _cycles,
    _thresholds,
)


def main() -> int:
    """Print what is found, errors and warnings; 1 where there is an error."""
    found = lint()
    for one in found:
        print(f"{one.level}: {one.file}: {one.entry}: {one.check}: {one.message}")
    return int(any(one.level == "error" for one in found))


if __name__ == "__main__":
    sys.exit(main())
