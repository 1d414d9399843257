"""`POST /api/v1/documents` and the jobs that read what was sent. FastAPI reads annotations here, so they stand evaluated."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.web import intake, jobs
from pipeline.web.api.describing import PROBLEM
from pipeline.web.api.problems import ProblemError, Route
from pipeline.web.jobs import Job, NothingTakenError
from pipeline.web.people import Person
from pipeline.web.state import workbench

router = APIRouter(prefix="/api/v1", route_class=Route)
_FORM: Any = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}, "description": "The files."}},
                    "required": ["files"],
                }
            }
        },
    }
}
_JOB: Any = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}}}


@router.post(
    "/documents",
    operation_id="uploadDocuments",
    tags=["documents"],
    status_code=202,
    openapi_extra=_FORM,
    responses={202: {"description": "Taken: the job that reads them, whose address stands in `Location`", **_JOB}, **PROBLEM},
)
async def upload(request: Request) -> Response:
    """Send files to be read (role reviewer); ask the job, or name a webhook, to learn when that is done."""
    person: Person = request.state.person
    if not person.may("reviewer"):
        raise ProblemError(403, "sending documents needs the role reviewer; ask an admin for a token with it")
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "send multipart/form-data with the files in the field “files”")
    server = workbench(request)
    limit = min(server.settings.upload_mb * intake.MOST_FILES, intake.TOTAL_MB) * 1_000_000
    length = request.headers.get("content-length") or "0"
    if not length.isdecimal() or int(length) > limit:
        raise ProblemError(413, f"the upload is larger than {limit // 1_000_000} MB: send fewer files at a time")
    async with request.form(max_files=intake.MOST_FILES * 4, max_fields=20) as fields:
        sent = [(one.filename or "", one.file) for one in fields.getlist("files") if isinstance(one, UploadFile) and (one.filename or one.size)]
        if not sent:
            raise ProblemError(400, "no file was sent: give files in the field “files”")
        try:
            job = await run_in_threadpool(jobs.accept, server, sent, person)
        except NothingTakenError as error:
            raise ProblemError(400, str(error), refused=error.refused) from error
    return JSONResponse(shown(job), 202, {"Location": f"/api/v1/jobs/{job.id}", "Cache-Control": "no-store"})


@router.get("/jobs/{job_id}", operation_id="getJob", tags=["jobs"], responses={200: {"description": "The job", **_JOB}, **PROBLEM})
def job(request: Request, job_id: Annotated[str, Path(max_length=64, description="Id of the job.")]) -> Response:
    """What became of files that were sent."""
    found = jobs.get(workbench(request), job_id)
    if found is None:
        raise ProblemError(404, "there is no such job; its address came with the answer to the upload")
    return JSONResponse(shown(found), headers={"Cache-Control": "no-store"})


def shown(found: Job) -> dict[str, Any]:
    """A job without the folders of this machine."""
    told = asdict(found)
    kept = ("id", "kind", "by", "created", "state", "started", "finished", "message", "run", "refused", "progress")
    documents = [{name: one.get(name) for name in ("name", "state", "id", "targets", "message")} for one in told["documents"]]
    files = [{name: one.get(name) for name in ("name", "bytes")} for one in told["files"]]
    return {name: told[name] for name in kept} | {"files": files, "documents": documents, "address": f"/api/v1/jobs/{found.id}"}
