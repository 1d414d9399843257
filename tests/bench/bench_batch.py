"""Documents end to end, from files to the database: `python -m tests.bench.bench_batch`.

Start-up; documents and characters a second with one process and with two; seconds by stage; growth with the number of documents; peak memory.
Inputs are the plans of raw_docs, each made different by a line at its end.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from pipeline import batch, store
from pipeline.batch import Report, Settings
from pipeline.engines import Supervisor, cores
from schemas.limits import resident_mb
from tests.conftest import RAW

_COPIES = 40  # of the five plans
_GROWTH = (4, 40, 400)  # copies: 1×, 10×, 100×
_RUNS = 3


def make(folder: Path, copies: int) -> int:
    """Write so many copies of each plan; the number of characters."""
    folder.mkdir()
    characters = 0
    for path in sorted(RAW.glob("*.txt")):
        text = path.read_text("utf-8")
        for i in range(copies):
            (folder / f"{path.stem}-{i:04}.txt").write_text(f"{text}\n附记{i}。\n", "utf-8")
            characters += len(text)
    return characters


def timed(folder: Path, database: str, workers: int) -> tuple[float, Report]:
    """Seconds of the clock of a run into a new database, with workers that are ready, and its report."""
    opened = store.connect(f"sqlite:///{database}")
    store.upgrade(opened)
    engine = Supervisor(workers, prepare="pipeline.work:warm") if workers else None
    if engine is not None:  # ready: a document has been read by each
        warm = folder.parent / "warm"
        if not warm.exists():
            make(warm, 1)
        batch.run([warm], store.connect("sqlite://"), Settings(workers=workers), engine=engine)
    begun = time.perf_counter()
    report = batch.run([folder], opened, Settings(workers=workers), engine=engine)
    seconds = time.perf_counter() - begun
    if engine is not None:
        engine.close()
    opened.dispose()
    return seconds, report


def start_up(*words: str) -> float:
    """Seconds of the clock of a command in a new process, the median of several."""
    found = []
    for _ in range(7):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "pipeline.cli", *words], check=True, capture_output=True)
        found.append(time.perf_counter() - begun)
    return median(found[1:])


def scaling(here: Path) -> None:
    """Documents a second with one process and with two or as many as there are cores."""
    characters = make(here / "docs", _COPIES)
    count = _COPIES * 5
    print(f"\n{count} documents, {characters:,} characters, files → database, workers ready; medians of {_RUNS} runs")
    counts = sorted({0, 1, 2, cores()} - ({2} if cores() < 2 else set()))
    seconds: dict[int, list[float]] = {workers: [] for workers in counts}
    reports: dict[int, Report] = {}
    for run in range(_RUNS):  # in turns, so that what the machine does besides falls on all
        for workers in counts:
            taken, reports[workers] = timed(here / "docs", f"{here}/s{workers}-{run}.db", workers)
            seconds[workers].append(taken)
    for workers in counts:
        taken, report = median(seconds[workers]), reports[workers]
        stages = ", ".join(f"{name} {1000 * s / count:.1f} ms" for name, s in report.stages.items())
        ratio = f", {median(seconds[1]) / taken:.2f} times one, {median(seconds[0]) / taken:.2f} times one process" if workers > 1 else ""
        print(f"{workers or 'no'} workers: {count / taken:6.1f} documents/s, {characters / taken:9,.0f} characters/s{ratio}; a document: {stages}")


def growth(here: Path) -> None:
    """Processor time a document in one process, for corpora of 1×, 10× and 100× documents."""
    print("\ngrowth: processor time a document, in one process, and what the process grew by")
    timed(here / "warm", f"{here}/warm.db", 0)
    first = 0.0
    for copies in _GROWTH:
        make(here / f"g{copies}", copies)
        used, resident = time.process_time(), resident_mb()
        timed(here / f"g{copies}", f"{here}/g{copies}.db", 0)
        each = (time.process_time() - used) / (copies * 5)
        first = first or each
        size = os.path.getsize(f"{here}/g{copies}.db") / (copies * 5)
        grown = resident_mb() - resident
        print(f"{copies * 5:5} documents: {1000 * each:.1f} ms ({each / first:.2f}), {grown:+.0f} MB, {size / 1000:.0f} kB stored a document")


def main() -> None:
    """Print all figures."""
    print(
        f"start-up, seconds of the clock: `zhibiao --help` {start_up('--help'):.2f}, first document "
        f"(`zhibiao extract`, a new process) {start_up('extract', str(RAW / 'longnan-2023-scheme.txt')):.2f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        scaling(Path(folder))
        growth(Path(folder))
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"\npeak memory: this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB, a worker {children:.0f} MB")


if __name__ == "__main__":
    main()
