"""Invented plans with known targets: what the readers make of domains that the model has not learned from.

The sentences come from the same grammar as the silver ones, so they flatter the model; the words of the domains and the seeds are held out.
"""

from dataclasses import dataclass

from extractors.model import silver
from extractors.reader import Labelled
from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas.types import Extraction, Segment


@dataclass(frozen=True)
class Known:
    """A value of an invented plan, in offsets of its text, and the names it belongs to."""

    start: int
    end: int
    names: tuple[str, ...]


def plan(domain: str, count: int, seed: int) -> tuple[str, list[Labelled], list[int]]:
    """A text of `count` sentences in numbered measures, the sentences, and where each begins."""
    text, starts = f"关于印发{domain}行动方案的通知\n一、重点任务\n", []
    samples = list(silver.sentences(count, seed, [domain]))
    for i, sample in enumerate(samples):
        if i % 10 == 0:
            text += f"{i // 10 + 1}.工作任务{i // 10 + 1}。"
        starts.append(len(text))
        text += sample.text.rstrip("。") + "。\n"
    return text, samples, starts


def known(samples: list[Labelled], starts: list[int]) -> dict[int, Known]:
    """The true values by the offset where they begin."""
    from extractors import reader

    found = {}
    for sample, start in zip(samples, starts, strict=True):
        proposals = [reader.Proposal(label, a, b, 1.0) for a, b, label in sample.spans]
        for claim in reader.claims(sample.text, proposals):
            low, high = claim.value
            found[start + low] = Known(start + low, start + high, tuple(sample.text[a:b] for a, b in claim.names))
    return found


def read(text: str) -> tuple[list[Segment], Extraction]:
    """The rules' reading of a text."""
    result = process(parse_bytes(text.encode(), "plan.txt"), second=False)
    return list(result.segments), result.extraction
