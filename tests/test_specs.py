"""The language of plans, case by case: `specs/*.json` list texts with every mention that is to be read from them, and counter-examples with none.

A case is `{"text", "expected": [{"start", "end", "text", …}]}`: offsets count characters of the text, `text` is what stands there, the further fields
are those of the reader (below). Optional: `today` and `issued` (dates of the document, default 2024-03-15), `cell` (the column role of a table cell),
`rejected` (reasons of the coverage ledger that must be given), `why`.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from extractors.body import find_bodies
from extractors.masking import mask
from extractors.period import find_periods, read_deadline
from extractors.quantity import find_quantities
from schemas.folded import fold
from tests.conftest import TODAY, findings

SPECS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("specs/*.json"))}


def _number(value):
    return None if value is None else float(value)


def _day(case, name):
    return date.fromisoformat(case[name]) if case.get(name) else None if name in case else TODAY


def quantities(text, case):
    masked = mask(text, [], _day(case, "today"), _day(case, "issued"))
    for m in find_quantities(text, masked.marks):
        q = m.value.quantity
        yield (
            m.value.value_start,
            m.value.value_end,
            {
                "operator": q.operator,
                "value": _number(q.value),
                "value_max": _number(q.value_max),
                "unit": m.value.unit,
            },
        )


def periods(text, case):
    for m in find_periods(text, _day(case, "today"), _day(case, "issued")):
        yield m.start, m.end, {"kind": m.value.kind, "first": m.value.start, "last": m.value.end, "precision": m.value.precision}


def deadlines(text, case):
    if m := read_deadline(text, _day(case, "today"), _day(case, "issued")):
        yield m.start, m.end, {"kind": m.value.kind, "first": m.value.start, "last": m.value.end, "precision": m.value.precision}


def bodies(text, case):
    for m in find_bodies(text):
        yield m.start, m.end, {"name": m.value.name, "role": m.value.role}


def targets(text, case):
    _, found, _ = findings(text, case.get("cell", ""), case.get("year"))
    for f in sorted(found, key=lambda f: f.value):
        q = f.quantity
        yield (
            f.value[0],
            f.value[1],
            {
                "indicator": f.name.text(text),
                "scope": text[slice(*f.scope)] if f.scope else None,
                "kind": f.kind,
                "operator": q.operator if q else None,
                "value": _number(q.value) if q else None,
                "value_max": _number(q.value_max) if q else None,
                "unit": f.unit,
                "deadline": (f.deadline.value.end or f.deadline.value.kind) if f.deadline else None,
            },
        )


READERS = {"quantities": quantities, "periods": periods, "deadlines": deadlines, "bodies": bodies, "targets": targets}
CASES = [pytest.param(name.split("_")[0], case, id=f"{name}-{i}") for name, cases in SPECS.items() for i, case in enumerate(cases)]


@pytest.mark.parametrize(("reader", "case"), CASES)
def test_spec(reader, case):
    text = fold(case["text"], [(0, len(case["text"]))]).text
    assert len(text) == len(case["text"]), "a spec's offsets are those of its text: write it without what folding removes"
    got = [{"start": start, "end": end, "text": text[start:end], **fields} for start, end, fields in READERS[reader](text, case)]
    assert got == [e | {"text": text[e["start"] : e["end"]]} for e in case["expected"]]
    if "rejected" in case:
        assert set(case["rejected"]) <= {r.reason for r in findings(text, case.get("cell", ""), case.get("year"))[2]}


def test_specs_show_their_own_text():
    for cases in SPECS.values():
        for case in cases:
            for e in case["expected"]:
                assert case["text"][e["start"] : e["end"]] == e["text"]
