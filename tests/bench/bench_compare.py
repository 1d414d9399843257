"""Processor seconds and memory of comparisons as they grow, beside a plain pandas matrix of the same targets: `python -m tests.bench.bench_compare`.

Each size is compared in processes of its own, which import pandas too, and the best of three is told. The peer is what one would write by hand:
the targets read, pivoted into indicator × region with the first value of each, no verdict, no reason. With URLs behind the command the databases
named are compared instead.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_RUNS = 3
_SIZES = ((1_000, 300), (10_000, 300), (100_000, 300))
_BUDGET = 6.0, 1_500  # seconds and megabytes for the last of _SIZES
# functions in pipeline.compare whose times are told; together they are nearly all
_PARTS = {
    "read": ("facts", "load"),
    "items": ("basis", "basis_of"),
    "matrix": ("", "matrix"),
    "changes": ("editions", "changes"),
    "standards": ("standing", "against"),
    "leads": ("answering", "leads"),
    "timeline": ("answering", "timeline"),
    "load": ("answering", "load"),
    "pairs": ("", "_pairs"),
    "findings": ("", "findings"),
    "findings of one document": ("told", "found"),
}


def measure(url: str) -> None:
    """Compare the database in this process and print the seconds of the whole and of each part, and the peak memory in megabytes, as JSON."""
    begun = time.process_time()
    import pandas  # noqa: F401

    from pipeline import compare, store

    parts: dict[str, float] = {}
    for name, (module, function) in _PARTS.items():
        holder = getattr(compare, module) if module else compare
        setattr(holder, function, _timed(getattr(holder, function), name, parts))
    result = compare.compare(store.connect(url))
    seconds = time.process_time() - begun
    print(json.dumps({"seconds": seconds, "memory": _peak(), "parts": parts, "rows": sum(map(len, result.tables.values()))}))


def _timed(function: Callable[..., object], name: str, parts: dict[str, float]) -> Callable[..., object]:
    def timed(*args: object) -> object:
        begun = time.process_time()
        try:
            return function(*args)
        finally:
            parts[name] = parts.get(name, 0.0) + time.process_time() - begun

    return timed


def peer(url: str) -> None:
    """The naive matrix of the same targets, without verdicts: what is printed has the form of `measure`."""
    begun = time.process_time()
    import pandas as pd
    import sqlalchemy as sa

    with sa.create_engine(url).connect() as connection:
        targets = pd.read_sql(sa.text("select t.*, d.region from target t join document d on d.id = t.document_id"), connection)
    targets["row"] = targets["indicator_id"].fillna(targets["indicator"])
    matrix = targets.pivot_table(index="row", columns="region", values="value_text", aggfunc="first")
    seconds = time.process_time() - begun
    print(json.dumps({"seconds": seconds, "memory": _peak(), "parts": {}, "rows": matrix.size, "targets": len(targets)}))


def _peak() -> float:
    """The most memory that this process held, in megabytes; of `ru_maxrss` Linux lets a child inherit what its parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def best(task: str, url: str) -> dict[str, object]:
    """The fastest of _RUNS processes."""
    command = [sys.executable, "-m", "tests.bench.bench_compare", task, url]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(_RUNS)]
    return min(runs, key=lambda run: run["seconds"])


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Name → URL: the five plans of raw_docs, and invented ones of each size."""
    from pipeline import batch, store
    from tests.bench.large import fill
    from tests.conftest import RAW

    with TemporaryDirectory() as folder:
        urls = {"five plans": f"sqlite:///{Path(folder) / 'five.db'}"}
        batch.run([RAW], store.connect(urls["five plans"]))
        for targets, places in _SIZES:
            urls[f"{targets:,} in {places}"] = url = f"sqlite:///{Path(folder) / f'{targets}.db'}"
            fill(store.connect(url), targets, places)
        yield urls


def main() -> None:
    """Measure databases made for it."""
    with databases() as made:
        compared(made)


def compared(urls: dict[str, str]) -> None:
    """Print a line for each database, the growth from one size to the next, and the parts of the largest."""
    print(f"processor time of one core with the import of pandas, best of {_RUNS} processes; peer: pandas, the pivot alone")
    before: tuple[float, int] | None = None
    for name, url in urls.items():
        ours, plain = best("measure", url), best("peer", url)
        seconds, targets = float(ours["seconds"]), int(plain["targets"])  # type: ignore[call-overload, arg-type]
        line = f"{name:15} {targets:7,} targets {ours['rows']:9,} rows {seconds:6.2f} s {ours['memory']:6,.0f} MB"
        line += f"  peer {plain['seconds']:5.2f} s {plain['memory']:5,.0f} MB, {seconds / float(plain['seconds']):4.1f} times"  # type: ignore[arg-type]
        if before and targets > before[1]:
            line += f"  + {(seconds - before[0]) / (targets - before[1]) * 1e6:4.0f} µs for each more target"
        print(line, flush=True)
        before = seconds, targets
    print(f"of the last: {', '.join(f'{part} {spent:.2f}' for part, spent in ours['parts'].items())}")  # type: ignore[attr-defined]
    print(f"budget of 100,000: {_BUDGET[0]} s, {_BUDGET[1]:,} MB")


if __name__ == "__main__":
    if sys.argv[1:2] in (["measure"], ["peer"]):
        {"measure": measure, "peer": peer}[sys.argv[1]](sys.argv[2])
    elif sys.argv[1:]:
        compared({url: url for url in sys.argv[1:]})
    else:
        main()
