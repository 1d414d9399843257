"""The words of the reports in Chinese and English: `words.yaml`, and the vocabularies of `schemas/comparison.py`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from schemas import comparison
from schemas.comparison import TABLES

LANGUAGES = ("zh", "en")
_NAMED = 6  # regions that a title names
_CHINESE = {
    "state": comparison.STATES,
    "verdict": comparison.VERDICTS,
    "standing": comparison.STANDINGS,
    "change": comparison.CHANGES,
    "finding": comparison.FINDINGS,
    "due": comparison.DUE,
    "validity": comparison.VALIDITY,
}
# heading of a legend → the words that it explains
LEGENDS = (("what_states", "state"), ("what_verdicts", "verdict"), ("what_standings", "standing"), ("what_certainty", "certainty"))


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))
    return found


@cache
def vocabulary(name: str, lang: str) -> dict[str, str]:
    """Code → word of one vocabulary: `vocabulary("verdict", "zh")["comparable"] == "可比"`. Raises KeyError for an unknown name."""
    if name in _CHINESE:
        return dict(_CHINESE[name]) if lang == "zh" else dict(_file()["english"][name])
    return {code: pair[LANGUAGES.index(lang)] for code, pair in _file()["vocabularies"][name].items()}


@cache
def vocabulary_of(table: str, column: str) -> str | None:
    """The vocabulary that a column's codes come from; None for free text: `vocabulary_of("matrix", "state") == "state"`."""
    named: str | None = _file()["columns"].get(f"{table}.{column}")
    return named


def say(name: str, lang: str, /, **values: object) -> str:
    """A heading or sentence: `say("year", "zh", year=2025) == "2025年"`. Raises KeyError for an unknown name."""
    text: str = _file()["texts"][name][LANGUAGES.index(lang)]
    return text.format(**values) if values else text


def title(regions: Sequence[str], lang: str) -> str:
    """The title of a comparison; of many regions it names some: `title(("甲市", "乙市"), "zh") == "指标对比：甲市、乙市"`."""
    return say("title", lang, regions=named(regions, lang))


def named(regions: Sequence[str], lang: str) -> str:
    """Regions in a line: all, or the first six and how many there are."""
    some = say("regions_join", lang).join(regions[:_NAMED])
    return say("and_others", lang, some=some, n=len(regions)) if len(regions) > _NAMED else some


def table_title(table: str, lang: str) -> str:
    """`table_title("findings", "zh") == "差异与问题"`."""
    title: str = _file()["tables"][table][LANGUAGES.index(lang)]
    return title


def worded(table: str, column: str, value: Any, lang: str) -> Any:
    """A value as a reader sees it: codes become words, truth 是 or 否; what is no code stays.

    `worded("matrix", "verdict", "comparable", "zh") == "可比"`
    """
    if isinstance(value, bool):
        return vocabulary("boolean", lang)["yes" if value else "no"]
    name = vocabulary_of(table, column)
    return vocabulary(name, lang).get(value, value) if name and isinstance(value, str) else value


def heading(table: str, column: str, lang: str) -> str:
    """Heading of a column."""
    return next(c.zh if lang == "zh" else c.en for c in TABLES[table] if c.name == column)


def explained(code: str, lang: str) -> str:
    """What a state, verdict or certainty means, in one sentence."""
    text: str = _file()["explained"][code][LANGUAGES.index(lang)]
    return text


@cache
def _tones() -> dict[str, str]:
    return {code: tone for tone, codes in _file()["tones"].items() for code in codes}


def tone(code: object) -> str:
    """Colour of a code, always beside its word: good, doubt, bad, quiet or odd; "" for what has none: `tone("comparable") == "good"`."""
    return _tones().get(str(code), "")
