"""The standards that plans are held against, with their thresholds, and which edition a plan follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import regex

from schemas import vocab
from schemas.errors import RuleError
from schemas.folded import Folded, fold
from schemas.indicators import entries_of, indicators
from schemas.regions import find_regions, region_names_in

OPERATORS = (">=", ">", "<=", "<", "=", "~", "range")
CERTAINTIES = ("verified", "recalled")
FAMILIES = ("national", "provincial", "goals")
LEVELS = ("市", "县", "市县", "省", "国家")
_OF_LEVEL = {"city": "市", "county": "县"}
_HEAD = 3000  # the place that a plan is for stands in its title and first paragraphs
_OTHERS_NUMBER = "(?<![京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])"  # 湘环生态〔2016〕4号 is a province's document
_TITLE = 200  # a plan that speaks of the programme only once, behind its title, does so in passing


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a standard demands of an indicator: 森林覆盖率 ≥60% in 山区. `value` is in `unit`; `state` stands where there is no number.

    `also` is demanded besides the number, `alternative` will do instead of it. `certainty` is verified or recalled, never to be shown as the other.
    """

    indicator: str
    level: str
    certainty: str
    condition: tuple[tuple[str, str], ...] = ()
    operator: str | None = None
    value: Decimal | None = None
    value_max: Decimal | None = None
    unit: str | None = None
    state: str | None = None
    also: str | None = None
    alternative: str | None = None
    year: int | None = None
    confidence: str | None = None
    note: str | None = None
    source: str = ""

    @property
    def condition_text(self) -> str | None:
        """The condition for people: 山区; None where it holds everywhere."""
        return "、".join(value for _, value in self.condition) or None

    @property
    def canonical(self) -> tuple[float | None, float | None]:
        """`value` and `value_max` in the base of the unit: 60% → 0.6; an index stays as it is."""
        return self._based(self.value), self._based(self.value_max)

    def _based(self, value: Decimal | None) -> float | None:
        found = vocab.units().find(self.unit) if self.unit else None
        return None if value is None else float(Fraction(value) * (found.factor if found else 1))

    def binds(self, level: str) -> bool:
        """Whether it is for plans of a level, city or county: 市县 is for both."""
        return _OF_LEVEL[level] in self.level


@dataclass(frozen=True, slots=True)
class Standard:
    """An edition of a list of indicators (family national or provincial) or a document that sets goals, with its thresholds.

    In force from `valid_from` to the day before `valid_to` (its successor's first day). `dated`: year where the day of issue is not known.
    """

    id: str
    title: str
    issuer: str
    year: int
    family: str
    applies_to: tuple[str, ...]
    names: tuple[str, ...]
    seen: str
    thresholds: tuple[Threshold, ...]
    doc_number: str | None = None
    province: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    dated: Literal["day", "year"] = "day"
    superseded_by: str | None = None
    file: str = "standards.yaml"

    def in_force(self, on: date) -> bool:
        """Whether the edition was in force on a day."""
        return self.valid_from is not None and self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


# why a plan follows an edition, in words; {} takes what stands behind the code's =
WHY = {
    "named": ("文中写明", "named in the text"),
    "others": ("文中还写明{}，取最新的", "the newest of those named (also {})"),
    "national": ("文中称国家级创建", "speaks of the national programme"),
    "unsaid": ("文中称示范创建，未说国家级还是省级", "speaks of the programme without saying national or provincial"),
    "provincial": ("文中称省级创建", "speaks of a provincial scheme"),
    "orientation": (
        "文中称省级创建，而本省指标未收录，国家指标仅供参照",
        "speaks of a provincial scheme whose own list is not known here; the national list is for orientation only",
    ),
    "in_force": ("{}时现行", "in force on {}"),
    "unsure": ("另有{}，具体发布日不明", "{} is of the same year, on a day not known"),
    "lack": ("该版对{}的指标值未收录", "its thresholds for {} have not been seen"),
}
Edition = tuple[Standard, str, tuple[int, int] | None]


def why(reason: str, lang: str = "zh") -> str:
    """A reason of `edition_for` in words: `why("named") == "文中写明"`."""
    parts = (code.partition("=") for code in reason.split(";"))
    return ("；" if lang == "zh" else "; ").join(WHY[code][0 if lang == "zh" else 1].format(said) for code, _, said in parts)


def standards() -> tuple[Standard, ...]:
    """The standards of `vocab/standards.yaml`, then those in the part `standards` of the user's files. Raises RuleError naming file and entry."""
    return _known(vocab.user_files())


@cache
def _known(files: tuple[Path, ...]) -> tuple[Standard, ...]:
    found: dict[str, Standard] = {}
    measured = {one.id for one in indicators()}
    own = vocab.FOLDER / "standards.yaml"
    for path, entries in ((own, vocab.parse(own)["standards"]), *((p, entries_of(vocab.parse(p), "standards", p)) for p in files)):
        for number, entry in enumerate(entries, 1):
            made = _standard(entry, path, f"{path}: standard {number}")
            if made.id in found:
                raise RuleError(f"{path}: standard {number} ({made.id}): the id is taken by {found[made.id].title}")
            if unknown := sorted({threshold.indicator for threshold in made.thresholds} - measured):
                raise RuleError(f"{path}: standard {number} ({made.id}): {', '.join(unknown)} is no indicator")
            found[made.id] = made
    return tuple(_until(one, found) for one in found.values())


def _until(one: Standard, known: Mapping[str, Standard]) -> Standard:
    if one.superseded_by is None:
        return one
    if one.superseded_by not in known:
        raise RuleError(f"{one.file}: {one.id}: superseded by {one.superseded_by}, which is no standard")
    return replace(one, valid_to=known[one.superseded_by].valid_from)


def _standard(entry: Any, path: Path, where: str) -> Standard:
    try:
        where += f" ({entry['id']})"
        values = {key: value for key, value in entry.items() if key not in ("thresholds", "applies_to", "names")}
        source = f"{entry['title']}{f' {number}' if (number := entry.get('doc_number')) else ''}"
        made = Standard(
            **values,
            applies_to=tuple(entry["applies_to"]),
            names=tuple(entry["names"]),
            thresholds=tuple(_threshold(t, source, f"{where}: threshold {n}") for n, t in enumerate(entry["thresholds"], 1)),
            file=path.name,
        )
        for pattern in made.names:
            regex.compile(pattern)
    except (KeyError, TypeError, AttributeError, regex.error) as error:
        raise RuleError(f"{where}: not a standard ({error!r})") from error
    if made.family not in FAMILIES or not set(made.applies_to) <= set(LEVELS) or not isinstance(made.valid_from, date | None):
        raise RuleError(
            f"{where}: family {made.family}, applies_to {'、'.join(made.applies_to)} or valid_from {made.valid_from} is not of the known ones"
        )
    return made


def _threshold(entry: Mapping[str, Any], source: str, where: str) -> Threshold:
    values = {key: value for key, value in entry.items() if key not in ("when", "value", "value_max")}
    try:
        numbers = {key: Decimal(str(entry[key])) for key in ("value", "value_max") if entry.get(key) is not None}
        made = Threshold(**({"source": source} | values | numbers), condition=tuple(entry.get("when", {}).items()))
    except (TypeError, InvalidOperation, AttributeError) as error:
        raise RuleError(f"{where}: not a threshold ({error!r})") from error
    if made.level not in LEVELS or made.certainty not in CERTAINTIES:
        raise RuleError(f"{where}: level {made.level} or certainty {made.certainty} is not of the known ones")
    if made.operator not in (OPERATORS if made.value is not None else (None,)) or (made.value is None) == (made.state is None):
        raise RuleError(f"{where}: a threshold has an operator and a value, or a state")
    return made


# --- which edition a plan follows ------------------------------------------------------------------------------------------


def standards_named(text: str) -> list[tuple[Standard, tuple[int, int]]]:
    """The standards that a text names by title or number, with the characters that do so, in text order.

    `standards_named("依据环生态〔2019〕76号")[0][0].id == "N2019"`.
    """
    return _named(fold(text, [(0, len(text))]))


def _named(folded: Folded) -> list[tuple[Standard, tuple[int, int]]]:
    hits = []
    for one in standards():
        found = [hit for pattern in _patterns(one.names, one.doc_number) if (hit := pattern.search(folded.text))]
        if found:
            first = min(found, key=lambda hit: hit.start())
            hits.append((one, _source(folded, first)))
    return sorted(hits, key=lambda hit: hit[1])


@cache
def _patterns(names: tuple[str, ...], doc_number: str | None) -> tuple[regex.Pattern[str], ...]:
    """What names a standard in a folded text: its titles, and its number."""
    patterns = list(names)
    if doc_number:
        number = fold(doc_number, [(0, len(doc_number))]).text
        patterns.append(_OTHERS_NUMBER + regex.sub(r"\\[\[(](\d+)\\[\])]", r"[\\[(]\1[\\])]第?", regex.escape(number)))
    return tuple(regex.compile(pattern) for pattern in patterns)


def _source(folded: Folded, hit: regex.Match[str]) -> tuple[int, int]:
    return folded.starts[hit.start()], folded.ends[hit.end() - 1]


def edition_for(text: str, level: Literal["city", "county"], on: date | None, region: str | None = None) -> Edition | None:
    """The edition of the demonstration programme's indicators that a plan of a level follows, why (codes of WHY), and the characters that say so.

    Named in the text (the newest, if several are), else by the kind of the programme and the day `on` of the plan. A provincial scheme gets its
    province's edition (by the code `region` of the plan's place, else by the first place named); where that is not known, the national one with
    a reason that says so. None: no such plan, a plan that mentions the programme in passing, or one without a day that names no edition.
    `edition_for("枣阳市创建省级生态文明建设示范市方案", "county", date(2021, 6, 1))[0].id == "HB2016"`.
    """
    folded = fold(text, [(0, len(text))])
    named = [(one, span) for one, span in _named(folded) if one.family != "goals" and _OF_LEVEL[level] in one.applies_to]
    if named:
        one, span = max(named, key=lambda hit: (hit[0].valid_from or date.min, -hit[1][0]))
        others = "、".join(other.id for other, _ in named if other is not one)
        return one, f"named{f';others={others}' if others else ''}{_lack(one, level)}", span
    kind = _kind(folded)
    if kind is None or on is None:
        return None
    family, span = kind
    if family == "provincial":
        return _provincial(region or _place(text, on), level, on, span)
    return _dated("national", None, level, on, family, span)


@cache
def _programmes() -> dict[str, regex.Pattern[str]]:
    return {entry["family"]: regex.compile(entry["pattern"]) for entry in vocab.read("standards")["programmes"]}


def _kind(folded: Folded) -> tuple[str, tuple[int, int]] | None:
    """The family of the programme that a text speaks of first; one that is not said counts only where no other is."""
    found = {family: list(pattern.finditer(folded.text)) for family, pattern in _programmes().items()}
    hits = {family: all_of_it[0] for family, all_of_it in found.items() if all_of_it}
    if not hits or (sum(map(len, found.values())) == 1 and min(hit.start() for hit in hits.values()) > _TITLE):
        return None
    family = min(hits, key=lambda name: (name == "unsaid", hits[name].start()))
    return family, _source(folded, hits[family])


def _place(text: str, on: date) -> str | None:
    """The code of the first place named that is one place only."""
    places = [find_regions(name, on=on) for _, _, name in region_names_in(text[:_HEAD])]
    return next((found[0].code for found in places if len({place.code[:2] for place in found}) == 1), None)


def _provincial(place: str | None, level: str, on: date, span: tuple[int, int]) -> Edition | None:
    own = _dated("provincial", place[:2] + "0000", level, on, "provincial", span) if place else None
    return own or _dated("national", None, level, on, "orientation", span)


def _dated(family: str, province: str | None, level: str, on: date, said: str, span: tuple[int, int]) -> Edition | None:
    held = [
        one for one in standards() if one.family == family and one.province == province and _OF_LEVEL[level] in one.applies_to and one.in_force(on)
    ]
    if len(held) != 1:
        return None
    one = held[0]
    turned = [s for s in standards() if s.family == family and s.dated == "year" and s.valid_from and s.valid_from.year == on.year]
    unsure = f";unsure={turned[0].id}" if turned else ""
    return one, f"{said};in_force={on}{unsure}{_lack(one, level)}", span


def _lack(one: Standard, level: str) -> str:
    return "" if any(threshold.binds(level) for threshold in one.thresholds) else f";lack={_OF_LEVEL[level]}"
