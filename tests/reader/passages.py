"""The gold annotations as labelled passages, for training the second reader: `python -m tests.reader.passages > FILE`."""

import json
import sys
from collections.abc import Iterator

from extractors.reader import Labelled, passages
from pipeline.agreement import readable_cells
from pipeline.official import find_official
from pipeline.parsers import parse_file
from pipeline.segment import segment
from schemas.folded import fold
from tests.conftest import GOLD, RAW


def lines(name: str, document: str) -> list[dict]:
    """Annotations of one document."""
    return [json.loads(line) for line in (GOLD / document / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


def folded(text: str | None) -> str:
    """An annotation's text as the reader sees it."""
    return fold(text, [(0, len(text))]).text if text else ""


def labelled(document: str) -> Iterator[Labelled]:
    """Every passage of a document that the second reader reads, with the spans of the gold targets and units."""
    parsed = parse_file(RAW / f"{document}.txt")
    segments, _ = segment(parsed, find_official(parsed))
    targets = [t for t in lines("targets", document) if t["kind"] not in ("qualitative", "milestone")]
    units = {folded(u) for t in lines("tasks", document) for role in ("lead", "cooperate", "responsible", "implement") for u in t.get(role) or []}
    for one in segments:
        for cell in (c.text for c in readable_cells(one)):
            for low, high in passages(cell):
                yield Labelled(cell[low:high], tuple(spans(cell[low:high], targets, units)))


def spans(text: str, targets: list[dict], units: set[str]) -> list[tuple[int, int, str]]:
    """Where the fields of the targets stand in a passage, without overlap; earlier kinds win."""
    found: list[tuple[int, int, str]] = []

    def put(start: int, end: int, label: str) -> None:
        if 0 <= start < end and not any(a < end and b > start for a, b, _ in found):
            found.append((start, end, label))

    for t in targets:
        quote, name, value = folded(t["quote"]), folded(t["indicator"]), folded(t["value_text"])
        at, end = place(text, quote, name, value)
        if at < 0:
            continue
        stands = text.find(name, at, end)
        number = text.rfind(value, at, end)
        if number < 0:
            continue
        if stands < 0:
            size = next((n for n in range(len(name) - 1, 2, -1) if text.find(name[-n:], at, end) >= 0), 0)
            stands, name = (text.find(name[-size:], at, end), name[-size:]) if size else (-1, "")
        put(number, number + len(value), "VL" if stands < number else "VR")
        put(stands, stands + len(name), "IND")
        first = max(number, stands)
        scope, date = folded(t["scope"]), folded((t["deadline"] or {}).get("raw"))
        if scope:
            put(text.rfind(scope, 0, first), text.rfind(scope, 0, first) + len(scope), "SCOPE")
        if date:
            put(text.rfind(date, 0, first), text.rfind(date, 0, first) + len(date), "DATE")
    for unit in sorted(units, key=len, reverse=True):
        at = text.find(unit)
        while at >= 0:
            put(at, at + len(unit), "BODY")
            at = text.find(unit, at + 1)
    return sorted(found)


def place(text: str, quote: str, name: str, value: str) -> tuple[int, int]:
    """Where a passage states a target: its quote, or name and value once more (a heading and its body); (-1, -1) where nowhere."""
    at = text.find(quote)
    if at >= 0:
        return at, at + len(quote)
    at = text.find(name)
    again = text.find(value, at + len(name), at + len(name) + 40) if at >= 0 else -1
    return (at, again + len(value)) if again >= 0 else (-1, -1)


def documents() -> list[str]:
    """Names of the gold documents."""
    return sorted(p.parent.name for p in GOLD.glob("*/document.json"))


def main() -> None:
    """Print all passages as JSON lines."""
    for name in documents():
        for sample in labelled(name):
            sys.stdout.write(json.dumps({"document": name, "text": sample.text, "spans": sample.spans}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
