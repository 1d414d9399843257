"""The canonical indicators: those of `vocab/indicators.yaml`, and those that a user adds in files of his own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from schemas import vocab
from schemas.errors import RuleError

DIRECTIONS = ("higher_better", "lower_better", "none")
STATISTICS = ("annual", "cumulative", "average", "increment", "stock")
# what stands in the column of units and is no unit of measure
_NO_UNITS = {"-": "state", "无量纲": "index", "名次": "rank", "级": "grade"}
_LISTS = ("aliases", "weak", "negative")


@dataclass(frozen=True, slots=True)
class Indicator:
    """A canonical indicator: its names, its official unit, the better direction, and what its name leaves unsaid.

    `aliases` measure the same (城镇污水处理率), `weak` ones do so only where the unit fits, `negative` labels look alike and are not it.
    `statistic`: annual, cumulative, average, increment, stock or None. `denominator`: what a share is of, in Chinese (土地面积), or None.
    """

    id: str
    name: str
    domain: str
    unit: str
    direction: str
    aliases: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    statistic: str | None = None
    denominator: str | None = None
    file: str = "indicators.yaml"

    @property
    def dimension(self) -> str | None:
        """The dimension of the official unit (万元/亩 → money/area); state for '-', index, rank, grade; None for a unit not known."""
        if self.unit in _NO_UNITS:
            return _NO_UNITS[self.unit]
        found = vocab.units().find(self.unit)
        return found.dimension if found else None


_KEYS = {field.name for field in fields(Indicator)} - {"file"}
_NEEDED = ("id", "name", "domain", "unit", "direction")


def indicators() -> tuple[Indicator, ...]:
    """All canonical indicators: the project's, then those of the files that ZHIBIAO_VOCAB names (see `vocab.user_files`).

    Raises RuleError naming file and entry.
    """
    return _known(vocab.user_files())


@cache
def _known(files: tuple[Path, ...]) -> tuple[Indicator, ...]:
    known = _extended((), vocab.FOLDER / "indicators.yaml")
    for path in files:
        known = load_user(path, known)
    return known


def load_user(path: Path, known: tuple[Indicator, ...] | None = None) -> tuple[Indicator, ...]:
    """The known indicators (the project's, if none are given) with the entries of a user's file.

    An entry with a new id (id: green_park, name: 零碳园区数, domain: 产业循环发展, unit: 个, direction: higher_better) adds an indicator; one with
    an id that is known extends its `aliases`, `weak` and `negative` and changes nothing else. Raises RuleError naming file and entry.
    """
    return _extended(_known(()) if known is None else known, path)


def entries_of(content: Any, key: str, path: Path) -> list[Any]:
    """The entries of a vocabulary file: a plain list holds indicators, a mapping holds lists by kind. Raises RuleError."""
    if isinstance(content, Mapping):
        if unknown := sorted(map(str, set(content) - {"indicators", "standards"})):
            raise RuleError(f"{path}: unknown part {', '.join(unknown)}; a vocabulary holds indicators and standards")
        content = content.get(key) or []
    elif key != "indicators":
        return []
    if not isinstance(content, list):
        raise RuleError(f"{path}: {key} should be a list of entries, each {{id: …, name: …}}")
    return content


def _extended(known: tuple[Indicator, ...], path: Path) -> tuple[Indicator, ...]:
    found = {one.id: one for one in known}
    seen: set[str] = set()
    for number, entry in enumerate(entries_of(vocab.parse(path), "indicators", path), 1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("id"), str):
            raise RuleError(f"{where}: not a mapping with an id")
        where += f" ({entry['id']})"
        if entry["id"] in seen:
            raise RuleError(f"{where}: the id stands twice in this file")
        seen.add(entry["id"])
        _check(entry, where)
        old = found.get(entry["id"])
        found[entry["id"]] = _more(old, entry, where) if old else _new(entry, path, where)
    return tuple(found.values())


def _check(entry: Mapping[str, Any], where: str) -> None:
    if unknown := sorted(map(str, set(entry) - _KEYS)):
        raise RuleError(f"{where}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}")
    for key, value in entry.items():
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
                raise RuleError(f"{where}: {key} should be a list of names in quotes or without")
        elif not (isinstance(value, str) and value.strip()) and not (value is None and key in ("statistic", "denominator")):
            raise RuleError(f"{where}: {key} should be text, not {value!r}")
    if entry.get("direction", "none") not in DIRECTIONS:
        raise RuleError(f"{where}: direction {entry['direction']} is none of {', '.join(DIRECTIONS)}")
    if entry.get("statistic") not in (None, *STATISTICS):
        raise RuleError(f"{where}: statistic {entry['statistic']} is none of {', '.join(STATISTICS)}")


def _new(entry: Mapping[str, Any], path: Path, where: str) -> Indicator:
    if missing := [key for key in _NEEDED if key not in entry]:
        raise RuleError(f"{where}: a new indicator needs {', '.join(missing)}")
    values: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in entry.items()}
    made = Indicator(**values, file=path.name)
    if made.dimension is None:
        raise RuleError(f"{where}: the unit {made.unit} is not in units.yaml; write '-' for a state, 无量纲 for an index")
    return made


def _more(old: Indicator, entry: Mapping[str, Any], where: str) -> Indicator:
    for key in _KEYS - set(_LISTS):
        if key in entry and entry[key] != getattr(old, key):
            raise RuleError(
                f"{where}: {key} of a known indicator cannot change ({getattr(old, key)} → {entry[key]}); give the entry an id of its own"
            )
    names = {key: tuple(dict.fromkeys((*getattr(old, key), *entry.get(key, ())))) for key in _LISTS}
    return replace(old, aliases=names["aliases"], weak=names["weak"], negative=names["negative"])
