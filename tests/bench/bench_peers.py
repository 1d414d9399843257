"""All of zhibiao's extraction beside what peers do of it, on the same texts in one run: `python -m tests.bench.bench_peers` (first `make peers`).

Processor time of one core; rules, dictionaries and models are loaded before. A ratio over 1 says how many times faster zhibiao reads *everything*
than the peer does its one part.
"""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from pipeline.parsers import parse_file
from pipeline.run import process
from tests.bench.bench_speed import speed
from tests.bench.peer import PEERS
from tests.conftest import RAW, ROOT

PYTHON = ROOT / "build" / "peers" / "bin" / "python"
_RUNS = 5


def peer(name: str) -> tuple[float, int]:
    """Characters a second of a peer over raw_docs (the median of some runs), and the lines that it failed on."""
    command = [PYTHON, ROOT / "tests" / "bench" / "peer.py", name, *sorted(RAW.glob("*.txt"))]
    said = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(_RUNS)]
    return median(one["characters"] / one["seconds"] for one in said), said[0]["failed"]


def main() -> None:
    """Print the speed of zhibiao and of each peer, and their ratio."""
    if not PYTHON.exists():
        sys.exit("the peers are not installed: run `make peers` first")
    documents = [parse_file(path, None) for path in sorted(RAW.glob("*.txt"))]
    process(documents[0])
    ours = speed(process, documents)
    print(f"{len(documents)} plans, {sum(len(d.text) for d in documents):,} characters; processor time of one core")
    print(f"{'zhibiao, both readers: parsed text → rows':45} {ours:10,.0f} characters/s")
    for name, function in PEERS.items():
        theirs, failed = peer(name)
        what = (function.__doc__ or name).rstrip(".")
        note = f", failed on {failed} lines" if failed else ""
        print(f"{what:45} {theirs:10,.0f} characters/s: zhibiao's whole reading is {ours / theirs:.2f} times as fast{note}")


if __name__ == "__main__":
    main()
