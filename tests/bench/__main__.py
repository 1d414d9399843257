"""All benchmarks in one run, printed and written to docs/benchmarks.md with machine and date: `python -m tests.bench`."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import platform
import sys
from datetime import date
from pathlib import Path

from tests.conftest import ROOT

_BENCHES = {
    "Extraction": "bench_speed",
    "Extraction beside peers": "bench_peers",
    "Documents end to end": "bench_batch",
    "Tables of PDF": "bench_tables",
    "Comparing": "bench_compare",
    "A database of a million targets": "bench_database",
    "The workbench": "bench_workbench",
}


class _Both(io.StringIO):
    """Keeps what is printed, and prints it."""

    def write(self, text: str) -> int:
        """Keep and print."""
        sys.__stdout__.write(text) if sys.__stdout__ else None
        return super().write(text)


def machine() -> str:
    """Processor, cores, memory and Python of this machine."""
    cpu = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    memory = next((int(line.split()[1]) / 1e6 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0.0)
    cores = len(os.sched_getaffinity(0))
    return f"{cpu}, {cores} cores, {memory:.0f} GB, Python {platform.python_version()}, {platform.system()}; load before: {os.getloadavg()[0]:.1f}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def main() -> None:
    """Run those named, or all; only a run of all is written."""
    chosen = sys.argv[1:] or list(_BENCHES.values())
    parts = [f"# Benchmarks\n\nWritten by `make bench` on {date.today()}: {machine()}.\n"]
    for title, name in _BENCHES.items():
        if name in chosen:
            print(f"\n== {title}")
            with contextlib.redirect_stdout(_Both()) as said:
                importlib.import_module(f"tests.bench.{name}").main()
            parts.append(f"## {title}\n\n`python -m tests.bench.{name}`\n\n```\n{said.getvalue().strip()}\n```\n")
        if not sys.argv[1:]:  # after each, so that a run that is cut short keeps what it has
            (ROOT / "docs" / "benchmarks.md").write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
