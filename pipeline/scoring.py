"""Runs the gold folder's own scorer on an export, or on what the program extracts from the sources now."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import batch, store
from pipeline.exporters import frames, jsonl
from schemas.errors import ZhibiaoError


def score_gold(gold: Path, predicted: Path | None, sources: Path, options: Sequence[str]) -> int:
    """Print the scorer's report; the scorer's exit status. Raises ZhibiaoError where gold or sources are missing."""
    scorer = gold / "score.py"
    if not scorer.exists():
        raise ZhibiaoError(f"{gold}: no score.py there; name the folder that holds the gold annotations")
    if predicted is not None:
        return _score(scorer, gold, predicted, options)
    names = sorted(p.parent.name for p in gold.glob("*/document.json"))
    files = [p for p in sorted(sources.iterdir()) if p.stem in names] if sources.is_dir() else []
    if not files:
        raise ZhibiaoError(f"{sources}: none of the gold documents is there; use --sources")
    with tempfile.TemporaryDirectory() as folder:
        engine = store.connect(f"sqlite:///{folder}/score.db")
        batch.run(files, engine)
        jsonl.write(frames.read(engine), Path(folder))
        engine.dispose()
        return _score(scorer, gold, Path(folder), options)


def _score(scorer: Path, gold: Path, predicted: Path, options: Sequence[str]) -> int:
    return subprocess.run([sys.executable, str(scorer), str(gold), str(predicted), *options], check=False).returncode
