"""Characters a second from a parsed document to its rows, beside a plain tagger in the same run: `python -m tests.bench.bench_speed [FILE…]`.

Rules, vocabularies and models are loaded before; what is kept of a text read before is forgotten before each run. Processor time of one core.
Last the time of a fresh process until its first document is read, with all that it loads for it.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import rjieba

from pipeline.parsers import parse_file
from pipeline.run import process
from schemas.types import Document
from tests.conftest import RAW, ROOT

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


def first(path: Path, second: bool) -> float:
    """Seconds of a fresh process from its start to the rows of one file, the best of some."""
    code = f"from pathlib import Path; from pipeline.run import process_file; process_file(Path({str(path)!r}), second={second})"
    best = float("inf")
    for _ in range(_RUNS // 2):
        begun = _children()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        best = min(best, _children() - begun)
    return best


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the speed of the rules, of both readers and of the tagger, with their ratios: for the plans at hand, or for the files named."""
    paths = [Path(name).absolute() for name in sys.argv[1:]] or sorted(RAW.glob("*.txt"))
    documents = [parse_file(path, None) for path in paths]
    tagger = rjieba.Jieba()
    process(documents[0])
    tagged = speed(lambda document: tagger.tag(document.text), documents)
    print(f"{len(documents)} plans, {sum(len(document.text) for document in documents)} characters; processor time of one core, best of {_RUNS} runs")
    print(f"tagging alone (rjieba, compiled): {tagged:9,.0f} characters/s")
    for name, second in (("rules alone", False), ("both readers", True)):
        reached = speed(lambda document, second=second: process(document, second=second), documents)  # type: ignore[misc]
        begin = first(paths[0], second)
        print(
            f"{name:12} (parsed text → rows): {reached:9,.0f} characters/s, {tagged / reached:.1f} times the time of tagging; "
            f"first document of a process after {begin:.2f} s"
        )


if __name__ == "__main__":
    main()
