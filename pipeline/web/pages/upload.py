"""Uploading files, and the jobs that read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.web import intake, jobs, words
from pipeline.web.jobs import Job, NothingTakenError
from pipeline.web.people import Person, Role
from pipeline.web.render import language, page
from pipeline.web.state import Workbench, workbench
from pipeline.web.turns import turns_of

router = APIRouter(include_in_schema=False)


def may(request: Request, role: Role) -> Person:
    """Who asks. Raises HTTPException 403 where the role is not enough."""
    person: Person = request.state.person
    if not person.may(role):
        raise HTTPException(403, "your role may not do this")
    return person


@router.get("/upload")
def form(request: Request) -> Response:
    """The form."""
    may(request, "reviewer")
    return _form(request, [], 200)


def _form(request: Request, refused: list[dict[str, Any]], status: int) -> Response:
    settings, told = workbench(request).settings, [one | {"reason": reason(one, language(request))} for one in refused]
    latest = jobs.latest(workbench(request), 10)
    return page(
        *(request, "upload.html"),
        area="documents",
        status=status,
        refused=told,
        nothing=status != 200 and not told,
        mb=settings.upload_mb,
        files=intake.MOST_FILES,
        jobs=latest,
    )


def reason(one: dict[str, Any], lang: str) -> str:
    """Why a file is not taken, for people."""
    return words.say(f"documents.refused_{one['code']}", lang, **one["values"])


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Take files; without script the answer leads to the job's page."""
    person, server = may(request, "reviewer"), workbench(request)
    limit = min(server.settings.upload_mb * intake.MOST_FILES, intake.TOTAL_MB) * 1_000_000
    if int(request.headers.get("content-length") or 0) > limit:
        raise HTTPException(413, f"the upload is larger than {limit // 1_000_000} MB")
    async with request.form(max_files=intake.MOST_FILES * 4, max_fields=20) as fields:
        sent = [(one.filename or "", one.file) for one in fields.getlist("files") if isinstance(one, UploadFile) and (one.filename or one.size)]
        try:
            job = await run_in_threadpool(jobs.accept, server, sent, person)
        except NothingTakenError as error:
            return _nothing(request, error)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"job": job.id, "address": f"/jobs/{job.id}", "refused": _told(request, job.refused)}, 201)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def _nothing(request: Request, error: NothingTakenError) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        says = words.say("documents.all_refused" if error.refused else "documents.nothing_chosen", language(request))
        return JSONResponse({"error": says, "refused": _told(request, error.refused)}, 422)
    return _form(request, error.refused, 422)


def _told(request: Request, refused: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"name": one["name"], "reason": reason(one, language(request))} for one in refused]


@router.post("/documents/again")
def all_again(request: Request) -> Response:
    """Read all documents anew."""
    job = jobs.again(workbench(request), may(request, "admin"), None)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/documents/{document_id}/again")
def again(request: Request, document_id: str) -> Response:
    """Read a document anew."""
    job = jobs.again(workbench(request), may(request, "reviewer"), document_id)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.get("/jobs/{job_id}.json")
def job_state(request: Request, job_id: str) -> Response:
    """How far a job is."""
    server = workbench(request)
    return JSONResponse(_state(server, _job(server, job_id), language(request)), headers={"Cache-Control": "no-store"})


@router.get("/jobs/{job_id}")
def job_page(request: Request, job_id: str) -> Response:
    """A job while it waits and runs, and its report when it is over."""
    server = workbench(request)
    job, lang = _job(server, job_id), language(request)
    read = [one for one in job.documents if one["state"] == "stored"]
    failed = [one for one in job.documents if one["state"] != "stored"]
    return page(
        *(request, "job.html"),
        area="documents",
        job=job,
        now=_state(server, job, lang),
        read=read,
        failed=failed,
        refused=_told(request, job.refused),
        message=_message(job, lang),
        restartable=job.state in jobs.AGAIN,
    )


@router.post("/jobs/{job_id}/cancel")
def cancel(request: Request, job_id: str) -> Response:
    """End a job."""
    may(request, "reviewer")
    server = workbench(request)
    turns_of(server).cancel(_job(server, job_id))
    return RedirectResponse(f"/jobs/{job_id}", 303)


@router.post("/jobs/{job_id}/restart")
def restart(request: Request, job_id: str) -> Response:
    """Queue a job again that was interrupted, cancelled or failed."""
    may(request, "reviewer")
    server = workbench(request)
    job = _job(server, job_id)
    may(request, "reviewer" if job.kind == "upload" else "admin")
    jobs.restart(server, job)
    return RedirectResponse(f"/jobs/{job_id}", 303)


def _job(server: Workbench, job_id: str) -> Job:
    job = jobs.get(server, job_id)
    if job is None:
        raise HTTPException(404, "there is no such job")
    return job


def _message(job: Job, lang: str) -> str | None:
    return words.say(f"documents.{job.message}", lang) if job.message in ("server_ended", "server_stopped") else job.message


def _state(server: Workbench, job: Job, lang: str) -> dict[str, Any]:
    """State and progress in codes and in words."""
    told, state = turns_of(server).progress(job), job.state
    before = jobs.place(server, job)
    line = words.say("documents.before", lang, n=before) if state == "waiting" and before else ""
    if state == "running":
        line = words.say(f"documents.phase_{told['phase']}", lang)
    return {
        "state": state,
        "word": words.say(f"documents.job_{state}", lang),
        "ended": job.ended,
        **told,
        "count": words.say("documents.done_of", lang, done=told["done"], total=told["total"]),
        "line": line,
        "shown": words.say("documents.last", lang, name=told["last"]) if told["last"] and state == "running" else "",
        "seconds": round(_seconds(job), 1),
    }


def _seconds(job: Job) -> float:
    if job.started is None:
        return 0.0
    end = datetime.fromisoformat(job.finished) if job.finished else datetime.now(UTC)
    return (end - datetime.fromisoformat(job.started)).total_seconds()
