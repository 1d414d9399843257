"""Publishing: exports and the comparison, all made aside and put in place together, only after the checks and only where something changed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline import store
from pipeline.exporters.files import replacing
from schemas.errors import ZhibiaoError

_log = logging.getLogger(__name__)
MANIFEST = "published.json"
_STAGING = ".publishing-"
_FORMATS = ("jsonl", "csv", "xlsx")
_REPORTS = ("html", "xlsx", "jsonl", "csv")


def publish(database: sa.Engine, out: Path) -> list[Path]:
    """The files of all exports and of the comparison of all regions, written where the database has changed since they were; none where it has not.

    Each file takes its place whole, after all have been made; `published.json` comes last and says of which run they are. One process publishes
    into a folder at a time. Raises ZhibiaoError where the folder cannot be written.
    """
    with _alone(out):
        source = _source(database)
        before = _manifest(out)
        if _is_current(out, before, source):
            return []
        staging = out / f"{_STAGING}{os.getpid()}"
        try:
            made = _make(database, staging)
            written = [_place(path, staging, out) for path in made]
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        manifest = {**source, "files": {path.relative_to(out).as_posix(): path.stat().st_size for path in written}}
        with replacing(out / MANIFEST) as temporary:
            temporary.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
        for name in set(before.get("files", ())) - set(manifest["files"]):  # what an earlier publishing wrote and this one does not
            (out / name).unlink(missing_ok=True)
    return written


def _make(database: sa.Engine, staging: Path) -> list[Path]:
    from pipeline.compare import LIMIT, compare, targets_read  # what is up to date needs none of these
    from pipeline.exporters import EXPORTERS, frames
    from pipeline.report import REPORTS

    with frames.opened(database) as lines:
        made = [path for name in _FORMATS for path in EXPORTERS[name](lines, staging)]
    if (count := targets_read(database)) > LIMIT:
        note = "%d targets are stored, more than %d: no comparison of everything was written; `zhibiao compare REGION …` compares some of it"
        _log.warning(note, count, LIMIT)
        return made
    result = compare(database)
    return made + [path for name in _REPORTS for path in REPORTS[name](result, staging / "compare", "zh")]


def _place(path: Path, staging: Path, out: Path) -> Path:
    target = out / path.relative_to(staging)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return path.replace(target)
    except OSError as error:
        raise ZhibiaoError(f"{target}: cannot be written ({error.strerror}); name another folder with --out") from error


def _source(database: sa.Engine) -> dict[str, Any]:
    """What published files are made from: the last run that changed the database, today (deadlines are judged by it), and the code that writes."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".yaml", ".html", ".css", ".js", ".jinja"):
            code.update(path.name.encode() + path.read_bytes())
    return {"database": store.shown(database), "state": store.state(database), "day": str(date.today()), "code": code.hexdigest()[:12]}


def _manifest(out: Path) -> dict[str, Any]:
    """What is said of the files that are there; empty where nothing is, or it is damaged: they are written anew."""
    try:
        said = json.loads((out / MANIFEST).read_text("utf-8"))
        return said if isinstance(said, dict) and isinstance(said.get("files"), dict) else {}
    except (OSError, ValueError):
        return {}


def _is_current(out: Path, manifest: dict[str, Any], source: dict[str, Any]) -> bool:
    """Whether the published files are there, whole, and made from the same."""
    try:
        return {**source, "files": manifest.get("files")} == manifest and all(
            (out / name).stat().st_size == size for name, size in manifest["files"].items()
        )
    except OSError:
        return False


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder: two runs that publish into it do so one after the other. What a killed one left aside is cleared away."""
    try:
        import fcntl
    except ImportError:  # a system without such locks: files are still put in place whole
        yield
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / ".publishing.lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ZhibiaoError(f"{out}: cannot be written ({error.strerror}); name another folder with --out") from error
    try:
        with suppress(OSError):  # a share without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in out.glob(f"{_STAGING}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(lock)
