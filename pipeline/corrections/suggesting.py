"""Names of the vocabulary that a person may mean, while they type."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pipeline.canonical import squashed
from pipeline.corrections.kinds import Values
from schemas.indicators import Indicator, indicators


def suggest(text: str, limit: int = 10) -> list[Values]:
    """Indicators whose name or alias is like a text, the likest first: id, name, the entry that is like it, unit, domain and likeness (0–1).

    What is written out or begun comes before what holds the text, and that before what shares pairs of characters with it:
    `suggest("森林覆盖")[0]["name"] == "森林覆盖率"`.
    """
    wanted = squashed(text).upper()
    if not wanted:
        return []
    best: dict[str, tuple[float, Values]] = {}
    for one, entry, plain in _entries():
        score = _likeness(wanted, plain)
        if score > 0 and score > best.get(one.id, (0.0, {}))[0]:
            told = {"id": one.id, "name": one.name, "entry": entry, "unit": one.unit, "domain": one.domain, "likeness": round(score, 3)}
            best[one.id] = score, told
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], len(pair[1]["name"]), pair[1]["id"]))
    return [told for _, told in ranked[: max(limit, 0)]]


@cache
def _entries() -> tuple[tuple[Indicator, str, str], ...]:
    def each() -> Iterator[tuple[Indicator, str, str]]:
        for one in indicators():
            for entry in dict.fromkeys((one.name, *one.aliases, *one.weak)):
                yield one, entry, squashed(entry).upper()

    return tuple(each())


def _likeness(wanted: str, plain: str) -> float:
    if not plain:
        return 0.0
    share = min(len(wanted), len(plain)) / max(len(wanted), len(plain))
    if wanted == plain:
        return 1.0
    if plain.startswith(wanted):
        return 0.8 + 0.2 * share
    if wanted in plain or plain in wanted:
        return 0.6 + 0.2 * share
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (wanted, plain))
    common = len(first & second)
    score = 2 * common / (len(first) + len(second)) if common else 0.0
    return 0.6 * score if score >= 0.3 else 0.0
