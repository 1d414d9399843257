"""Leave one document out: what the rules, the second reader, and both together reach on a document that the model has not seen.

`python -m tests.reader.lodo` (`make lodo`) trains a model for each gold document on the other four and on silver sentences, and prints the
figures of `tests/gold/score.py`. The rules were written with these documents in view, the model's part was not: the two are no match of equals.
"""

import importlib.util
import sys
from collections import Counter
from dataclasses import dataclass

import regex

from extractors import reader
from extractors.model.train import Settings
from extractors.period import find_periods
from extractors.predicate import read_back
from pipeline.agreement import agree, passages_of
from pipeline.run import Result, process_file
from schemas.types import Target
from tests.conftest import GOLD, RAW
from tests.reader import calibrate, folds, generated, passages

spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
score = importlib.util.module_from_spec(spec)
spec.loader.exec_module(score)


@dataclass
class Fold:
    """What was found in one held-out document: the targets of each kind of reading, and how the rules' records fared by who read them."""

    document: str
    tallies: dict
    groups: Counter
    wrong: list
    rated: list  # (target, whether it is right) of the document, and of invented plans
    invented: list


def line(target: Target, text: str) -> dict:
    """A target as the scorer reads it."""
    quantity, period = target.quantity, target.deadline
    spans = target.quote.spans
    return {
        "task": target.task,
        "indicator": target.indicator.text,
        "scope": target.scope.text if target.scope else None,
        "kind": target.kind,
        "operator": quantity.operator if quantity else None,
        "value": float(quantity.value) if quantity and quantity.value is not None else None,
        "value_max": float(quantity.value_max) if quantity and quantity.value_max is not None else None,
        "value_text": target.value.text,
        "unit": target.unit.text if target.unit else None,
        "change_direction": target.change_direction,
        "deadline": {"raw": period.raw, "kind": period.kind, "start": period.start, "end": period.end} if period else None,
        "status": target.status,
        "quote": text[spans[0].start : spans[-1].end],
        "readers": target.readers,
    }


def claimed(result: Result, propose) -> list[dict]:
    """The second reader's claims alone as targets; kind, direction and deadline are read from them by the rules of those fields."""
    found = {}
    dates = {t.path: t.deadline for t in result.extraction.tasks}
    parts = [(s, p) for s in result.segments for p in passages_of(s)]
    for (segment, part), proposed in zip(parts, propose([p.text for _, p in parts]), strict=True):
        text = part.text
        periods = find_periods(text)
        for claim in reader.claims(text, proposed):
            said = next((d.value for d in periods if claim.date and d.start < claim.date[1] and d.end > claim.date[0]), None)
            period = said or dates.get(segment.path)
            for low, high in claim.names:
                first, last = min(low, claim.value[0]), max(high, claim.value[1])
                way = read_back(text, high, claim.value[0], [(d.start, d.end) for d in periods]).way if high <= claim.value[0] else None
                quantity = claim.measure.quantity if claim.measure else None
                rank = way == "rank"
                target = {
                    "task": segment.path,
                    "indicator": part.plain[low:high],
                    "scope": part.plain[slice(*claim.scope)] if claim.scope else None,
                    "kind": "level" if claim.measure else "grade",
                    "operator": "<=" if rank else quantity.operator if quantity else "=",
                    "value": float(quantity.value) if quantity else None,
                    "value_max": float(quantity.value_max) if quantity and quantity.value_max is not None else None,
                    "value_text": part.plain[slice(*claim.value)],
                    "unit": claim.measure.unit if claim.measure else None,
                    "change_direction": way if way in ("increase", "decrease") else None,
                    "deadline": {"raw": period.raw, "kind": period.kind, "start": period.start, "end": period.end} if period else None,
                    "status": "target",
                    "quote": part.plain[first:last],
                    "start": part.starts[claim.value[0]],
                }
                found.setdefault((segment.path, regex.sub("的", "", target["indicator"]), target["value_text"]), target)
    return list(found.values())


def tally(document: str, targets: list[dict]) -> Counter:
    """The scorer's counts for the targets of one document."""
    counts = score.Tally()
    gold = score.read_folder(GOLD / document)
    score.score_document(gold, {"document": {}, "tasks": [], "targets": targets}, counts, [])
    return Counter(counts)


def right(document: str, targets: list[dict]) -> list[bool | None]:
    """Whether each numeric target is one of gold's; None where gold leaves it open."""
    gold = score.read_folder(GOLD / document)["targets"]
    pairs = {j: i for i, j in score.pair(gold, targets, score.similarity)}
    return [
        None
        if not score.is_numeric(t) or (j in pairs and gold[pairs[j]]["optional"])
        else j in pairs and score.same_name(gold[pairs[j]]["indicator"], t["indicator"])
        for j, t in enumerate(targets)
    ]


def states(document: str) -> list[tuple[Target, bool]]:
    """The rules' states and milestones of a document, and whether each is one of gold's; without those that gold leaves open."""
    result = process_file(RAW / f"{document}.txt", second=False)
    lines = [line(t, result.document.text) for t in result.extraction.targets]
    gold = score.read_folder(GOLD / document)["targets"]
    pairs = {j: i for i, j in score.pair(gold, lines, score.similarity)}
    found = [(t, j in pairs, j in pairs and gold[pairs[j]]["optional"]) for j, t in enumerate(result.extraction.targets)]
    return [(t, good) for t, good, open_ in found if t.quantity is None and not open_]


def fold(held: tuple[str, tuple[str, ...]], settings: Settings) -> Fold:
    """Train without a document and two domains; read and score both."""
    document, domains = held
    propose = folds.propose_without(document, domains, settings)
    result = process_file(RAW / f"{document}.txt", second=False)
    reviewed = agree(result.segments, result.extraction, propose)
    rules = [line(t, result.document.text) for t in reviewed.targets]
    alone = claimed(result, propose)
    loose = {p.value.spans[0].start for u in reviewed.uncovered for p in u.proposals}
    ways = {
        "rules alone": rules,
        "second reader alone": alone,
        "where both agree": [t for t in rules if t["readers"] in ("both", "unread")],
        "either": rules + [t for t in alone if t["start"] in loose],
    }
    groups, wrong = Counter(), []
    for target, good in zip(rules, right(document, rules), strict=True):
        if good is not None:
            groups[target["readers"], good] += 1
            if target["readers"] != "both" or not good:
                wrong.append((target["readers"], good, target["indicator"], target["value_text"], target["quote"][:60]))
    rated = [(t, good) for t, good in zip(reviewed.targets, right(document, rules), strict=True) if good is not None]
    only = [t for t in alone if t["start"] in loose]
    for target, good in zip(only, right(document, only), strict=True):
        if good is not None:
            groups["second", good] += 1
            wrong.append(("second", good, target["indicator"], target["value_text"], target["quote"][:60]))
    return Fold(document, {way: tally(document, targets) for way, targets in ways.items()}, groups, wrong, rated, invented(domains, propose))


def invented(domains: tuple[str, ...], propose) -> list[tuple[Target, bool]]:
    """The rules' records of invented plans of some domains, read by both, and whether each is right."""
    found = []
    for i, domain in enumerate(domains):
        text, samples, starts = generated.plan(domain, 400, 1000 + i)
        truth = list(generated.known(samples, starts).values())
        segments, extraction = generated.read(text)
        for target in agree(segments, extraction, propose).targets:
            if target.quantity is not None:
                low, high = target.value.spans[0].start, target.value.spans[-1].end
                names = next((k.names for k in truth if k.start < high and k.end > low), ())
                found.append((target, any(score.same_name(n, target.indicator.text) for n in names)))
    return found


def main() -> None:
    """Print the table, and the groups of records by who read them."""
    found = folds.run(fold, Settings())
    for way in found[0].tallies:
        total = score.Tally(sum((f.tallies[way] for f in found), Counter()))
        figures = {kind: total.figures(kind) for kind in ("numeric", "strict")}
        print(f"{way:20s}", *(f"{k} P {v['precision']:.3f} R {v['recall']:.3f} F1 {v['f1']:.3f}  " for k, v in figures.items()))
    groups = sum((f.groups for f in found), Counter())
    for name in sorted({g for g, _ in groups}):
        print(f"{name:20s} {groups[name, True]} right, {groups[name, False]} wrong")
    print("invented plans of held-out domains:")
    groups = Counter((t.readers, good) for f in found for t, good in f.invented)
    for name in sorted({g for g, _ in groups}):
        print(f"{name:20s} {groups[name, True]} right, {groups[name, False]} wrong")
    if "--fit" in sys.argv:
        print(calibrate.fit([(f.rated, f.invented) for f in found], [pair for name in passages.documents() for pair in states(name)]))
    if "--errors" in sys.argv:
        for f in found:
            for entry in f.wrong:
                print(f.document, *entry)


if __name__ == "__main__":
    main()
