"""The work on one document, wherever it is done: this process, a worker of this machine, a machine of a cluster."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline import remote, sources
from pipeline.cache import Cache
from pipeline.members import readable
from pipeline.normalise import Rows
from pipeline.parsers import data_hash, parse_bytes, parse_file
from pipeline.run import process
from pipeline.sources import Place
from schemas.errors import ModelError, ParseError, RuleError
from schemas.limits import Limits, resident_mb
from schemas.types import Document


@dataclass(frozen=True, slots=True)
class Job:
    """One document to be read. `location`: its source's; `path`: absolute path or URL; `shown`: the same as the user wrote it.

    `given`: what the sources list says. `second`: with the second reader. `sha256`: of the content, where it is known before the reading.
    `known`: the hash of the content that the stored rows were made from, where all else that they were made from is unchanged.
    `cache`: of parsed documents.
    """

    location: str
    path: str
    shown: str
    name: str
    given: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    second: bool = True
    sha256: str | None = None
    known: str | None = None
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: rows, or the code and message of the failure (`trace`: where in our code, for a fault of ours).

    `unchanged`: the content is that of `known`, nothing was read. `ended`: reading it ended its worker. `seconds`: by stage.
    `growth_mb`: by how much the process grew.
    """

    job: Job
    rows: Rows | None = None
    sha256: str | None = None
    code: str | None = None
    message: str | None = None
    trace: str | None = None
    unchanged: bool = False
    ended: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)
    growth_mb: float = 0.0

    @property
    def shaped(self) -> bool:
        """Whether a limit shaped the rows or the failure; every message of a limit says how to raise it with `--limit`."""
        texts = (self.message or "", *(issue.message for issue in (self.rows.issues if self.rows else ())))
        return any("--limit " in text for text in texts)

    @property
    def spent(self) -> bool:
        """Whether it failed for time or memory, which reading again would spend again."""
        return self.message is not None and ("--limit seconds=" in self.message or "--limit memory_mb=" in self.message)


def perform(job: Job) -> Outcome:
    """Read one document. Raises RuleError or ModelError where the rules, a vocabulary or the model are at fault: no document can be read then."""
    begun, resident = time.perf_counter(), resident_mb()
    seconds: dict[str, float] = {}
    try:
        with remote.at_hand(job.path, job.limits) as (path, data):
            sha256 = _content(job, path, data)
            if job.known is not None and sha256 == job.known:
                return Outcome(job, sha256=job.known, unchanged=True)
            document = _parsed(job, path, data)
            sha256 = _content(job, path, data) if path.is_dir() else document.id  # what was read, which may be newer than what was seen before
        seconds["parse"] = time.perf_counter() - begun
        rows = process(document, job.name, job.given, job.second).rows
        seconds["extract"] = time.perf_counter() - begun - seconds["parse"]
        return Outcome(job, rows, sha256, seconds=seconds, growth_mb=resident_mb() - resident)
    except (RuleError, ModelError):
        raise
    except ParseError as error:
        return Outcome(job, sha256=job.sha256, code="parse_failed", message=str(error), seconds={"parse": time.perf_counter() - begun})
    except MemoryError:
        said = f"{readable(job.shown)}: memory ran out; if the file is sound, run again with --limit memory_mb={job.limits.memory_mb * 2}"
        return Outcome(job, sha256=job.sha256, code="memory_limit", message=said)
    except Exception as error:  # a fault of ours that one document brings to light must not cost the others
        said = f"{readable(job.shown)}: {type(error).__name__}: {error}; this is a fault of zhibiao: please report this with the file"
        return Outcome(job, sha256=job.sha256, code="unexpected_error", message=said, trace=traceback.format_exc())


def _content(job: Job, path: Path, data: bytes | None) -> str | None:
    """The hash of what is at hand; of a file of this machine what was told with the job, since reading it tells again."""
    if data is not None:
        return data_hash(data)
    return sources.digest(Place(str(path), job.shown, folder=True), job.limits.file_mb) if path.is_dir() else job.sha256


def _parsed(job: Job, path: Path, data: bytes | None) -> Document:
    """The document of a file or folder, or of bytes, from the cache where it is kept. Raises ParseError."""
    begun, sha256 = time.perf_counter(), job.sha256 if data is None else data_hash(data)
    cache = None if path.is_dir() else job.cache
    kept = cache.get(sha256, path.name) if cache and sha256 else None
    if kept is not None:
        return replace(kept, name=path.stem, path=readable(job.shown))
    document = parse_file(path, job.limits, job.shown) if data is None else parse_bytes(data, path.name, readable(job.shown), job.limits)
    if cache:
        cache.put(path.name, document, time.perf_counter() - begun)
    return document


def warm(second: bool = True) -> None:
    """Load rules, vocabularies and the model once, so that workers forked from this process share them. Raises RuleError and ModelError."""
    text = "某市方案(2024—2025年)\n一、任务\n1.造林。到2025年,森林覆盖率达到30%以上。(责任单位:市林业局)\n"
    process(parse_bytes(text.encode(), "warm.txt"), second=second)


def warm_rules() -> None:
    """The same without the second reader."""
    warm(second=False)
