"""Loads and validates `vocab/*.yaml`, each file once."""

from __future__ import annotations

import hashlib
import os
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import regex
import yaml

from schemas.errors import RuleError
from schemas.structs import struct

FOLDER = Path(__file__).with_name("vocab")


@cache
def read(name: str) -> Any:
    """The parsed content of `vocab/<name>.yaml`, read once: not to be changed by who asks."""
    return parse(FOLDER / f"{name}.yaml")


def parse(path: Path) -> Any:
    """The parsed content of a vocabulary file, ours or a user's. Raises RuleError for one that cannot be read or is no YAML."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: the vocabulary cannot be read ({getattr(error, 'strerror', None) or error})") from error
    except yaml.YAMLError as error:
        raise RuleError(f"{path}: {error}") from error


def user_files() -> tuple[Path, ...]:
    """The user's own vocabularies: the paths in the environment variable ZHIBIAO_VOCAB, several joined as in PATH."""
    return tuple(Path(path) for path in os.environ.get("ZHIBIAO_VOCAB", "").split(os.pathsep) if path.strip())


@struct(frozen=True, slots=True)
class Unit:
    """A unit of measure: `factor` times a value in it is the value in `base`."""

    id: str
    dimension: str
    base: str
    factor: Fraction
    count: bool


def _quotient(above: Unit, below: Unit) -> Unit:
    return Unit(
        f"{above.id}/{below.id}",
        f"{above.dimension}/{below.dimension}",
        f"{above.base}/{below.base}",
        above.factor / below.factor,
        False,
    )


_OR_MEASURE = regex.compile(r"(?<=[一-龥])\([一-龥]{1,2}\)$")
_WIDE = str.maketrans("（）／％", "()/%")


@struct(frozen=True, slots=True)
class Units:
    """All units by spelling, those that only stand below a line, and the spellings' pattern."""

    by_form: dict[str, Unit]
    denominators: dict[str, Unit]
    magnitudes: dict[str, int]
    pattern: str

    def find(self, text: str) -> Unit | None:
        """The unit of a spelling with its magnitude word and its quotient, or None.

        `units().find("万亩")` is 平方米 × 20000000/3; `units().find("吨标煤/万元")` has the dimension energy/money;
        `units().find("升/人·日")` and `units().find("升/（人·日）")` are the same, so are `/10万` and `1/10万`.
        """
        found = self.by_form.get(text)  # most are spelled as the vocabulary spells them
        return found if found is not None else _composed(text)

    def composed(self, text: str) -> Unit | None:
        """The unit of a spelling that is none of the vocabulary's own."""
        text = text.translate(_WIDE).removeprefix("1" if text.startswith("1/") else "")
        if text in self.by_form:
            return self.by_form[text]
        text = _OR_MEASURE.sub("", text)  # 套(户) is 套
        if (unit := self._single(text, self.by_form)) is not None:
            return unit
        above, _, below = text.replace("每", "/").partition("/")
        unit = self._single(above, self.by_form)
        for part in regex.split("[/·]", below.strip("()")) if below else ():
            under = self._single(part, self.denominators | self.by_form)
            unit = _quotient(unit, under) if unit and under else None
        return unit if below else None

    def _single(self, text: str, forms: dict[str, Unit]) -> Unit | None:
        if text in forms:
            return forms[text]
        for word in sorted(self.magnitudes, key=len, reverse=True):
            rest = text.removeprefix(word)
            if rest != text and (rest in forms or not rest):
                unit = forms[rest] if rest else Unit("", "number", "", Fraction(1), True)
                return Unit(word + unit.id, unit.dimension, unit.base, unit.factor * self.magnitudes[word], unit.count)
        return None


@lru_cache(maxsize=4096)
def _composed(text: str) -> Unit | None:
    return units().composed(text)


@cache
def units() -> Units:
    """The units of `vocab/units.yaml`."""
    data = read("units")

    def entries(name: str) -> dict[str, Unit]:
        forms: dict[str, Unit] = {}
        for entry in data[name]:
            unit = Unit(entry["id"], entry["dimension"], entry["base"], Fraction(entry["factor"]), entry.get("kind") == "count")
            for form in entry["forms"]:
                if form in forms:
                    raise RuleError(f"units.yaml: {form} is a form of {forms[form].id} and of {unit.id}")
                forms[form] = unit
        return forms

    by_form, below = entries("units"), entries("denominators")
    guarded = data["not_before"]

    def spelled(form: str) -> str:
        tail = f"(?![{guarded[form]}])" if form in guarded else ""
        return regex.escape(form) + (tail or ("(?![A-Za-z0-9])" if form.isascii() and form.isalnum() else ""))

    def alternatives(forms: set[str]) -> str:
        """One pattern for all forms, the longest first; forms with the same first character stand together, for speed."""
        groups: dict[str, list[str]] = {}
        for form in sorted(forms, key=lambda f: (-len(f), f)):
            groups.setdefault(form[0], []).append(spelled(form))
        heads = "".join(regex.escape(first) for first in groups)
        return f"(?=[{heads}])(?:" + "|".join(f"(?={regex.escape(first)})(?:{'|'.join(group)})" for first, group in groups.items()) + ")"

    words = sorted(data["magnitudes"], key=len, reverse=True)
    magnitude = f"(?:{'|'.join(words)})"
    plain = alternatives(set(below) | set(by_form))
    under = f"(?:|{magnitude}){plain}"  # 千瓦时 is no thousand 瓦
    pattern = f"(?:{alternatives(set(by_form))})(?:[/·](?:{under}(?:[/·]{under})?|\\({under}[/·]{under}\\)|(?:10|十|百)?万))?"
    return Units(by_form, below, data["magnitudes"], pattern)


@struct(frozen=True, slots=True)
class Lookup:
    """A correction of one dirty value, with its reason: in `field` of a document, `match` is read as `value`."""

    document: str
    field: str
    match: str
    value: str
    reason: str


@cache
def lookups() -> tuple[Lookup, ...]:
    """The corrections of `vocab/lookups.yaml`."""
    return tuple(Lookup(**entry) for entry in read("lookups") or ())


@struct(frozen=True, slots=True)
class Holidays:
    """One year's weekdays off and weekend days worked (调休), by the State Council's arrangement named in `source`."""

    source: str
    off: frozenset[date]
    work: frozenset[date]


@cache
def holidays() -> dict[int, Holidays]:
    """The official calendars of `vocab/holidays.yaml` by year; a year without one is unknown."""
    found = {}
    for entry in read("holidays"):
        off = {first + timedelta(days=n) for first, last in entry["rest"] for n in range((last - first).days + 1)}
        found[entry["year"]] = Holidays(entry["source"], frozenset(off), frozenset(entry["work"]))
    return found


@cache  # read once, as the vocabularies themselves are: what this process reads by is what it says it reads by
def version() -> str:
    """A hash over all vocabulary files, the user's included: part of what a document's rows depend on. Raises RuleError for a missing one."""
    digest = _own_hash().copy()
    for path in user_files():
        try:
            digest.update(b"\0user\0" + path.read_bytes())
        except OSError as error:
            raise RuleError(f"{path}: the vocabulary cannot be read ({error.strerror}); see ZHIBIAO_VOCAB") from error
    return digest.hexdigest()[:12]


@cache  # read once, as the vocabularies themselves are
def _own_hash() -> hashlib._Hash:
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.iterdir() if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest
