"""Characters a second from a parsed document to its rows, beside a plain tagger in the same run: `python -m tests.bench.bench_speed`.

Rules, vocabularies and models are loaded before; what is kept of a text read before is forgotten before each run. Processor time of one core.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import rjieba

from pipeline.parsers import parse_file
from pipeline.run import process
from schemas.types import Document
from tests.conftest import RAW

_RUNS = 7


def forget() -> None:
    """Empty the caches that hold texts; those of rules and vocabularies, which have no bound, stay."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("extractors", "pipeline", "schemas"):
            for value in vars(module).values():
                if hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"] is not None:
                    value.cache_clear()


def speed(read: Callable[[Document], object], documents: list[Document]) -> float:
    """Characters a second over all documents, each with its best run."""
    best = [float("inf")] * len(documents)
    for _ in range(_RUNS):
        forget()
        for i, document in enumerate(documents):
            begun = time.process_time()
            read(document)
            best[i] = min(best[i], time.process_time() - begun)
    return sum(len(document.text) for document in documents) / sum(best)


def main() -> None:
    """Print the speed of the rules, of both readers and of the tagger, with their ratios."""
    documents = [parse_file(path, None) for path in sorted(RAW.glob("*.txt"))]
    tagger = rjieba.Jieba()
    process(documents[0])
    tagged = speed(lambda document: tagger.tag(document.text), documents)
    print(f"{len(documents)} plans, {sum(len(document.text) for document in documents)} characters; processor time of one core, best of {_RUNS} runs")
    print(f"tagging alone (rjieba, compiled): {tagged:9,.0f} characters/s")
    for name, second in (("rules alone", False), ("both readers", True)):
        reached = speed(lambda document, second=second: process(document, second=second), documents)  # type: ignore[misc]
        print(f"{name:12} (parsed text → rows): {reached:9,.0f} characters/s, {tagged / reached:.1f} times the time of tagging")


if __name__ == "__main__":
    main()
