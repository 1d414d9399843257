"""Runs the gold folder's own scorer on an export, on what the program extracts from the sources now, or on two readings to compare them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline import snapshots
from pipeline.changes import Verdict, judge
from pipeline.exporters import jsonl
from pipeline.snapshots import Reading
from schemas.errors import ZhibiaoError


def score_gold(gold: Path, predicted: Path | None, sources: Path, options: Sequence[str]) -> int:
    """Print the scorer's report; the scorer's exit status. Raises ZhibiaoError where gold or sources are missing."""
    scorer = _scorer(gold)
    if predicted is not None:
        return _score(scorer, gold, predicted, options)
    names = sorted(p.parent.name for p in gold.glob("*/document.json"))
    files = [p for p in sorted(sources.iterdir()) if p.stem in names] if sources.is_dir() else []
    if not files:
        raise ZhibiaoError(f"{sources}: none of the gold documents is there; use --sources")
    with tempfile.TemporaryDirectory() as folder:
        jsonl.write(snapshots.read_now(files, second=False)[0], Path(folder))  # the second reader alters no record
        return _score(scorer, gold, Path(folder), options)


def verdicts(gold: Path, before: Reading, after: Reading, documents: Sequence[str]) -> list[Verdict]:
    """The gold's figures that two readings have differently, for those of some documents that are annotated and are in both readings."""
    judged = [name for name in documents if (gold / name / "document.json").exists() and name in before]
    return judge(_figures(gold, before), _figures(gold, after), judged) if judged else []


def _figures(gold: Path, reading: Reading) -> dict[str, Any]:
    """The scorer's figures of a reading, by document."""
    with tempfile.TemporaryDirectory() as folder:
        snapshots.write_export(reading, Path(folder))
        command = [sys.executable, str(_scorer(gold)), str(gold), folder, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ZhibiaoError(f"{gold}: the scorer failed: {done.stderr.strip()[-200:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _scorer(gold: Path) -> Path:
    scorer = gold / "score.py"
    if not scorer.exists():
        raise ZhibiaoError(f"{gold}: no score.py there; name the folder that holds the gold annotations")
    return scorer


def _score(scorer: Path, gold: Path, predicted: Path, options: Sequence[str]) -> int:
    return subprocess.run([sys.executable, str(scorer), str(gold), str(predicted), *options], check=False).returncode
