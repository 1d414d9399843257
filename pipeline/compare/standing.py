"""Targets against standards: meets, exceeds, falls short and by how much, or cannot be said and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pipeline.canonical import squashed
from pipeline.compare.items import SIGNS, close, records
from schemas import vocab
from schemas.comparison import TABLES
from schemas.errors import ZhibiaoError
from schemas.indicators import indicators
from schemas.regions import level as level_of
from schemas.standards import Standard, Threshold, standards, why

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["standards"]]
_NEEDED = [
    *("id", "group", "indicator_name", "region", "region_code", "document", "task", "scope", "scope_class", "year", "shown", "evidence"),
    *("number", "measure", "dimension", "operator", "bound", "value_text", "low", "high"),
]
Level = Literal["city", "county"]
Row = dict[Any, Any]
_LEVELS: dict[str, Level] = {"prefecture": "city", "county": "county"}
_GOAL = {
    "zh": "全国或全省在该年的目标，供对照，不是对各地的要求",
    "en": "a goal of the nation or province for the year, for orientation: no duty of each place",
}


@dataclass(frozen=True, slots=True)
class Held:
    """A standard that a document is held against, and why."""

    standard: Standard
    basis: str
    binding: bool
    only: frozenset[str] | None = None  # the indicators that it is looked at for; None: all


def against(items: pd.DataFrame, documents: pd.DataFrame, chosen: str | None = None, lang: str = "zh") -> pd.DataFrame:
    """The table `standards`: targets beside the edition that their plan follows (or `chosen`) and beside goals for their year.

    Raises ZhibiaoError for an id that no standard has.
    """
    import pandas as pd

    held = _held(documents, chosen, lang)
    wanted = {t.indicator for some in held.values() for one in some for t in one.standard.thresholds}
    mine = items.loc[items["group"].isin(wanted) & (items["status"] == "target") & items["document"].isin(held), _NEEDED]
    rows = [line for row in records(mine) for one in held[row["document"]] for line in _lines(row, one, lang)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values(["standard", "indicator", "region", "document", "task"], kind="stable", ignore_index=True)


def _held(documents: pd.DataFrame, chosen: str | None, lang: str) -> dict[str, list[Held]]:
    known = {one.id: one for one in standards()}
    if chosen is not None and chosen not in known:
        raise ZhibiaoError(f"no standard has the id “{chosen}”; there are {'、'.join(known)}")
    goals = [one for one in known.values() if one.family == "goals"]
    found: dict[str, list[Held]] = {}
    for row in documents.to_dict("records"):
        if chosen is not None:
            found[row["name"]] = [Held(known[chosen], "按要求对照" if lang == "zh" else "as asked for", True)]
            continue
        reason = row["follows_reason"]
        own = []
        if row["follows"] in known:
            one = known[row["follows"]]
            own = [Held(one, why(reason, lang), not reason.startswith("orientation")), *_instead(one, row["date"], lang)]
        code = row["region_code"] or ""
        found[row["name"]] = own + [Held(g, _GOAL[lang], False) for g in goals if not g.province or code.startswith(g.province[:2])]
    return found


def _instead(followed: Standard, day: Any, lang: str) -> list[Held]:
    """For what the edition followed leaves open here (its text was not seen), the one before it, or of a province the nation's, for orientation."""
    held = frozenset(t.indicator for t in followed.thresholds)
    on = date.fromisoformat(day) if isinstance(day, str) and len(day) == 10 else None
    for one in standards():
        before = one.superseded_by == followed.id
        nation = followed.family == "provincial" and one.family == "national" and on is not None and one.in_force(on)
        if before or nation:
            zh = f"{followed.title}未收录该项，以{'前一版' if before else '国家指标'}供参照"
            en = f"{followed.id} is not known for it; {'the edition before' if before else 'the national list'}, for orientation"
            return [Held(one, zh if lang == "zh" else en, False, frozenset(t.indicator for t in one.thresholds) - held)]
    return []


def _lines(row: Row, held: Held, lang: str) -> Iterable[Row]:
    """The target beside the thresholds that may hold for its place, one line for each set that is told apart by nothing known."""
    code = row["region_code"] or ""
    level = _LEVELS.get(level_of(code)) if code else None
    some = [t for t in held.standard.thresholds if t.indicator == row["group"] and (held.only is None or t.indicator in held.only)]
    if held.standard.family == "goals":
        some = [t for t in some if t.year is None or str(t.year) == row["year"][-4:]]
    elif level:
        some = [t for t in some if t.binds(level)]
    known = _known_conditions(code, row["region"])
    some = _fitting(some, known)
    if some:
        yield _line(row, held, some, known, lang)


@cache
def _parts() -> dict[str, list[str]]:
    """Parts of the country → the first two digits of the codes of their provinces."""
    parts: dict[str, list[str]] = vocab.read("country")["parts"]
    return parts


def _known_conditions(code: str, region: str | None) -> dict[str, str]:
    """What is known of a place that conditions ask for: its part of the country, whether it is a city or a county."""
    part = next((name for name, provinces in _parts().items() if code[:2] in provinces), None)
    known = {"region": part} if part else {}
    if code and level_of(code) == "county" and region:
        known["division"] = "县级市、区" if region.endswith(("市", "区")) else "县"
    return known


def _fitting(thresholds: list[Threshold], known: Mapping[str, str]) -> list[Threshold]:
    """The thresholds whose conditions hold, the more special before the general; those whose conditions are not known stay."""
    open_ = [t for t in thresholds if all(known.get(name, value) == value for name, value in t.condition)]
    special = [t for t in open_ if t.condition]
    certain = [t for t in special if all(name in known for name, _ in t.condition)]
    return certain or special or open_


def _all(row: Row, thresholds: list[Threshold], known: Mapping[str, str], lang: str) -> tuple[str, float | None, str]:
    """Verdict, difference, reason where any of several thresholds may hold: what all of them give, and none by one that may not hold at all."""
    judged = [_judge(row, t, lang) for t in thresholds]
    verdict, difference, reason = judged[0]
    open_ = [t for t in thresholds if any(name not in known for name, _ in t.condition)]
    if (open_ and len(thresholds) == 1) or len({v for v, _, _ in judged}) > 1:
        conditions = "、".join(dict.fromkeys(t.condition_text or t.level for t in open_ or thresholds))
        told = f"标准值取决于所属（{conditions}），此处不知" if lang == "zh" else f"the threshold depends on {conditions}, which is not known"
        return "cannot_say", None, told
    return verdict, None if len({t.value for t in thresholds}) > 1 else difference, reason


def _line(row: Row, held: Held, thresholds: list[Threshold], known: Mapping[str, str], lang: str) -> Row:
    verdict, difference, reason = _all(row, thresholds, known, lang)
    first = thresholds[0]
    certainty = "verified" if all(t.certainty == "verified" for t in thresholds) else "recalled"
    notes = [*dict.fromkeys(x for t in thresholds for x in (f"另须{t.also}" if t.also else "", f"或{t.alternative}" if t.alternative else "") if x)]
    return {
        "indicator": row["indicator_name"],
        "indicator_id": row["group"],
        "region": row["region"],
        "document": row["document"],
        "task": row["task"],
        "year": int(row["year"][-4:]) if row["year"][-4:].isdigit() else None,
        "scope": row["scope"],
        "shown": row["shown"],
        "standard": held.standard.id,
        "standard_title": held.standard.title,
        "basis": held.basis,
        "binding": held.binding,
        "condition": "、".join(t.condition_text for t in thresholds if t.condition_text) or None,
        "threshold": "；".join(dict.fromkeys(_shown(t) for t in thresholds)),
        "certainty": certainty,
        "source": first.source or held.standard.seen,
        "verdict": verdict,
        "difference": difference,
        "unit": first.unit,
        "reason": "；".join([reason, *notes]) if lang == "zh" else "; ".join([reason, *notes]),
        "target": row["id"],
        "evidence": [row["evidence"]] if isinstance(row["evidence"], str) else [],
    }


def _shown(threshold: Threshold) -> str:
    if threshold.value is None:
        return threshold.state or ""
    top = f"—{threshold.value_max}" if threshold.value_max is not None else ""
    condition = f"（{threshold.condition_text}）" if threshold.condition else ""
    return f"{SIGNS.get(threshold.operator or '', '')}{threshold.value}{top}{threshold.unit or ''}{condition}"


def _judge(row: Row, threshold: Threshold, lang: str) -> tuple[str, float | None, str]:
    """Verdict, difference in the unit of the threshold, and the reason in words."""
    obstacle = _obstacle(row, threshold)
    if obstacle is not None:
        return obstacle[0], None, obstacle[1][0 if lang == "zh" else 1]
    value, _ = threshold.canonical
    assert value is not None
    direction = _direction(threshold)
    mine = row["high"] if direction == "lower_better" else row["low"]
    more = (value - mine) if direction == "lower_better" else (mine - value)
    difference = _in_unit(mine - value, threshold.unit)
    if close(mine, value):
        strict = threshold.operator in (">", "<") and row["operator"] not in (">", "<")
        return ("falls_short", 0.0, _words("equal_strict", lang)) if strict else ("meets", 0.0, _words("equal", lang))
    if more > 0:
        return "exceeds", difference, _words("more", lang)
    if threshold.alternative:
        return "cannot_say", difference, _words("alternative", lang)
    return "falls_short", difference, _words("less", lang)


_WORDS = {
    "equal": ("与标准值相同", "the same as the threshold"),
    "equal_strict": ("标准要求超过该值", "the standard asks for more than this value"),
    "more": ("严于标准", "demands more than the standard"),
    "less": ("低于标准", "demands less than the standard"),
    "alternative": ("低于标准值，但标准另有可代替的条件", "less than the threshold, which the standard lets another condition stand for"),
    "no_number": ("目标没有数值（如完成上级下达任务），无法对照", "the target has no number (such as what another level sets)"),
    "same_state": ("与标准要求的状态相同", "the state that the standard asks for"),
    "state": ("标准是状态要求，没有数值", "the standard asks for a state, not a number"),
    "dimension": ("单位与标准不同", "the unit is not that of the standard"),
    "scope": ("只对部分范围提出", "said of a part of the place only"),
    "kind": ("目标与标准类型不同（如变化幅度与数值）", "the target is of another kind than the threshold (a change, a level)"),
    "direction": ("目标是上限而标准是下限（或相反）", "the target is a ceiling and the threshold a floor, or the reverse"),
}


def _words(name: str, lang: str) -> str:
    return _WORDS[name][0 if lang == "zh" else 1]


def _obstacle(row: Row, threshold: Threshold) -> tuple[str, tuple[str, str]] | None:
    """Why a target and a threshold cannot be set against each other as numbers; a state may still meet a state."""
    if threshold.value is None:
        same = not row["number"] and squashed(row["value_text"]) == squashed(threshold.state or "")
        return ("meets", _WORDS["same_state"]) if same else ("cannot_say", _WORDS["state"])
    if not row["number"]:
        return "cannot_say", _WORDS["no_number"]
    unit = vocab.units().find(threshold.unit) if threshold.unit else None
    checks = (
        ("kind", row["measure"] not in ("level", "count")),
        ("dimension", (unit.dimension if unit else None) != (row["dimension"] if isinstance(row["dimension"], str) else None)),
        ("scope", row["scope_class"] != ""),
        ("direction", row["bound"] == {"higher_better": "ceiling", "lower_better": "floor"}.get(_direction(threshold), "")),
    )
    return next((("cannot_say", _WORDS[name]) for name, hit in checks if hit), None)


def _direction(threshold: Threshold) -> str:
    if threshold.operator in (">=", ">"):
        return "higher_better"
    if threshold.operator in ("<=", "<"):
        return "lower_better"
    return next((i.direction for i in indicators() if i.id == threshold.indicator), "none")


def _in_unit(canonical: float, unit: str | None) -> float:
    found = vocab.units().find(unit) if unit else None
    return round(canonical / float(found.factor), 9) if found else round(canonical, 9)
