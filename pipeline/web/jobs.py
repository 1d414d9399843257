"""Jobs: readings in the background, one at a time, kept as small files, so that a server that starts again knows them.

    job = accept(workbench, [("计划.pdf", stream)], person)   # takes the files, and queues their reading
    get(workbench, job.id).state                              # waiting, running, done, failed, cancelled or interrupted

Every job has a folder `uploads/<id>/` with its files and `job.json`.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal

from pipeline import store
from pipeline.browse import documents
from pipeline.exporters.files import replacing
from pipeline.web import intake
from pipeline.web.intake import RefusedError
from pipeline.web.people import Person
from pipeline.web.state import Workbench
from schemas.errors import ZhibiaoError

State = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled", "interrupted")
AGAIN: tuple[State, ...] = ("failed", "cancelled", "interrupted")  # may be started again
FILE = "job.json"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


@dataclass(slots=True)
class Job:
    """`kind`: upload or again (a stored document, or all, read anew). `files`: {name, file, bytes}; `refused`: {name, code, values, reason}.

    `report`: that of the run; `documents`: {location, name, state, id, targets, message} as they were when it ended; `hooks`: what became of
    telling others.
    """

    id: str
    kind: str
    by: str
    created: str
    state: State = "waiting"
    files: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    force: bool = False
    started: str | None = None
    finished: str | None = None
    process: int | None = None
    message: str | None = None
    run: int | None = None
    report: dict[str, Any] | None = None
    documents: list[dict[str, Any]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    progress: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.state in ENDED


class NothingTakenError(ZhibiaoError):
    """No file of an upload is taken; `refused` says of each why."""

    def __init__(self, refused: list[dict[str, Any]]) -> None:
        self.refused = refused
        super().__init__("; ".join(f"{one['name']}: {one['reason']}" for one in refused) or "no file was sent")


@dataclass(slots=True)
class Jobs:
    """All jobs of one server. `lock` guards `known` and `waiting`."""

    folder: Path
    known: dict[str, Job] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    receiving: threading.Lock = field(default_factory=threading.Lock)
    wake: threading.Event = field(default_factory=threading.Event)
    ending: threading.Event = field(default_factory=threading.Event)

    def path(self, job: Job) -> Path:
        """The folder of a job."""
        return self.folder / job.id

    def make(self, job: Job) -> Path:
        """Make the folder of a job, in which its owner alone can read."""
        self.folder.mkdir(0o700, parents=True, exist_ok=True)
        self.path(job).mkdir(0o700)
        return self.path(job)

    def keep(self, job: Job) -> None:
        """Write the job's file, whole or not at all."""
        with self.lock, replacing(self.path(job) / FILE) as temporary:
            temporary.write_text(json.dumps(asdict(job), ensure_ascii=False, indent=1), "utf-8")

    def queue(self, job: Job) -> None:
        """Let a job wait for its turn."""
        with self.lock:
            job.state = "waiting"
            self.known[job.id] = job
            self.keep(job)
            self.waiting.append(job.id)
        self.wake.set()

    def load(self) -> None:
        """The jobs of earlier servers; a file that is no job is left alone."""
        for path in sorted(self.folder.glob(f"*/{FILE}")):
            with suppress(OSError, ValueError, TypeError):
                said = json.loads(path.read_text("utf-8"))
                job = Job(**{name: said[name] for name in (f.name for f in fields(Job)) if name in said})
                if _ID.fullmatch(job.id) and job.id == path.parent.name:
                    self.known[job.id] = job


def jobs_of(workbench: Workbench) -> Jobs:
    """The jobs of a server."""
    with _MAKING:
        found: Jobs | None = workbench.parts.get("jobs")
        if found is None:
            found = workbench.parts["jobs"] = Jobs(workbench.settings.uploads.absolute())
        return found


_MAKING = threading.Lock()


def get(workbench: Workbench, job_id: str) -> Job | None:
    """A job by its id; None where there is none."""
    return jobs_of(workbench).known.get(job_id)


def latest(workbench: Workbench, limit: int = 20) -> list[Job]:
    """Jobs, the latest first."""
    jobs = jobs_of(workbench)
    with jobs.lock:
        return [jobs.known[name] for name in sorted(jobs.known, reverse=True)[:limit]]


def accept(workbench: Workbench, files: Iterable[tuple[str, BinaryIO]], person: Person) -> Job:
    """Take files (name as sent, stream) and queue their reading; a file that is refused does not keep the others out.

    Raises NothingTakenError where all are refused; StoreError where the database does not answer.
    """
    jobs = jobs_of(workbench)
    job = _new("upload", person)
    with jobs.receiving:  # names and room are given out one upload after the other
        folder = jobs.make(job)
        for number, (given, stream) in enumerate(files):
            try:
                _take(workbench, jobs, job, number, given, stream)
            except RefusedError as error:
                shown = intake.safe_name(given) if given.strip() else "?"
                job.refused.append({"name": shown, "code": error.code, "values": error.values, "reason": str(error)})
            except OSError as error:
                job.refused.append({"name": intake.safe_name(given), "code": "disk", "values": {}, "reason": error.strerror or str(error)})
        if not job.files:
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
            raise NothingTakenError(job.refused)
        jobs.queue(job)
    return job


def _new(kind: str, person: Person) -> Job:
    now = datetime.now(UTC)
    return Job(f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}", kind, person.name, now.isoformat(timespec="seconds"))


def _take(workbench: Workbench, jobs: Jobs, job: Job, number: int, given: str, stream: BinaryIO) -> None:
    if number >= intake.MOST_FILES:
        raise RefusedError("many", limit=intake.MOST_FILES)
    kept = sum(one["bytes"] for known in [*jobs.known.values(), job] for one in known.files)
    if kept > intake.TOTAL_MB * 1_000_000:
        raise RefusedError("room", limit=intake.TOTAL_MB)
    name = intake.safe_name(given)
    waiting = {PurePosixPath(one["file"]).stem.lower() for known in [*jobs.known.values(), job] if not known.ended for one in known.files}
    with store.reading(workbench.engine) as connection:
        held = documents.names_like(connection, PurePosixPath(name).stem)
    free = intake.free_name(name, waiting | held)
    path = jobs.path(job) / free
    size = intake.receive(stream, name, path, workbench.settings.upload_mb)
    job.files.append({"name": name, "file": free, "bytes": size})
    job.paths.append(str(path))


def again(workbench: Workbench, person: Person, document_id: str | None) -> Job:
    """Queue the reading of a stored document anew, or of all (None). Raises ZhibiaoError where its file is not there any more."""
    with store.reading(workbench.engine) as connection:
        locations = documents.locations(connection, document_id)
    there = [location for location in locations if "://" in location or Path(location).exists()]
    if not there:
        raise ZhibiaoError("the file is not there any more: upload it again" if locations else "there is no such document")
    job = _new("again", person)
    job.paths, job.force = there, True
    jobs = jobs_of(workbench)
    jobs.make(job)
    jobs.queue(job)
    return job


def restart(workbench: Workbench, job: Job) -> None:
    """Queue a job again that did not come to its end. Raises ZhibiaoError for others."""
    jobs = jobs_of(workbench)
    with jobs.lock:
        if job.state not in AGAIN:
            raise ZhibiaoError("this job is waiting, running or done")
        job.message, job.started, job.finished, job.report, job.documents, job.progress = None, None, None, None, [], {}
        jobs.queue(job)


def place(workbench: Workbench, job: Job) -> int:
    """How many jobs are before this one in the queue."""
    jobs = jobs_of(workbench)
    with jobs.lock:
        return jobs.waiting.index(job.id) if job.id in jobs.waiting else 0
