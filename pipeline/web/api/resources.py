"""`/api/v1`: what is stored. FastAPI reads annotations here, so they stand evaluated."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from pipeline.browse import bodies, evidence, indicators, stored, targets, tasks
from pipeline.web.api.answers import listed, one, plain
from pipeline.web.api.describing import item, many
from pipeline.web.api.parameters import DocumentFilters, Paging, TargetFilters, TaskFilters
from pipeline.web.api.problems import ProblemError, Route

router = APIRouter(prefix="/api/v1", route_class=Route)
Id = Annotated[str, Path(max_length=64, description="Id in the database.")]
Page = Annotated[Paging, Depends()]


def _first(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    return found[0] if found else None


@router.get("/documents", operation_id="listDocuments", tags=["documents"], responses=many("documents"))
def documents(request: Request, paging: Page, filters: Annotated[DocumentFilters, Depends()]) -> Response:
    """Documents that are stored."""
    asked = filters.asked()
    return listed(request, "documents", paging, lambda c, after, limit: stored.listed(c, asked, after, limit), lambda c: stored.count(c, asked))


@router.get("/documents/{document_id}", operation_id="getDocument", tags=["documents"], responses=item("documents"))
def document(request: Request, document_id: Id) -> Response:
    """One document."""
    return one(request, lambda c: _first(stored.lines(c, [document_id])), "document")


@router.get("/documents/{document_id}/text", operation_id="getDocumentText", tags=["documents"], responses=item(None))
def document_text(request: Request, document_id: Id) -> Response:
    """The text whose characters (code points, from 0) all offsets count."""
    return plain(request, lambda c: stored.text(c, document_id), "document")


@router.get("/documents/{document_id}/tasks", operation_id="listDocumentTasks", tags=["documents"], responses=many("tasks"))
def document_tasks(request: Request, document_id: Id, paging: Page) -> Response:
    """Tasks of one document, in the order of its text."""
    asked = tasks.Asked(documents=(document_id,))
    return listed(request, "tasks", paging, _of(document_id, lambda c, a, n: tasks.listed(c, asked, a, n)), lambda c: tasks.count(c, asked))


@router.get("/documents/{document_id}/targets", operation_id="listDocumentTargets", tags=["documents"], responses=many("targets"))
def document_targets(request: Request, document_id: Id, paging: Page) -> Response:
    """Targets of one document, in the order of its text."""
    asked = targets.Asked(documents=(document_id,))
    return listed(request, "targets", paging, _of(document_id, lambda c, a, n: targets.listed(c, asked, a, n)), lambda c: targets.count(c, asked))


@router.get("/documents/{document_id}/issues", operation_id="listDocumentIssues", tags=["documents"], responses=many("issues", counted=False))
def document_issues(request: Request, document_id: Id, paging: Page) -> Response:
    """What was odd about one document."""
    return listed(request, "issues", paging, _of(document_id, lambda c, a, n: stored.issues(c, document_id, None, None, a, n)))


@router.get("/documents/{document_id}/coverage", operation_id="listDocumentCoverage", tags=["documents"], responses=many("coverage", counted=False))
def document_coverage(
    request: Request,
    document_id: Id,
    paging: Page,
    reason: Annotated[str | None, Query(max_length=24, description="Only with this reason: unexplained …")] = None,
) -> Response:
    """The ledger of one document: every number that gave no target, with the reason."""
    return listed(request, "coverage", paging, _of(document_id, lambda c, a, n: stored.coverage(c, document_id, reason, a, n)))


@router.get("/documents/{document_id}/validity", operation_id="listDocumentValidity", tags=["documents"], responses=many("validity", counted=False))
def document_validity(request: Request, document_id: Id, paging: Page) -> Response:
    """What one document says of its validity, and of what it repeals and revises."""
    return listed(request, "validity", paging, _of(document_id, lambda c, a, n: (stored.validity(c, document_id), None)))


def _of(document_id: str, read: Any) -> Any:
    """A list of one document: 404 where it is not stored."""

    def known(connection: Any, after: Any, limit: int) -> Any:
        if not stored.known(connection, document_id):
            raise ProblemError(404, "there is no such document; ids are those that /api/v1/documents gives")
        return read(connection, after, limit)

    return known


@router.get("/tasks", operation_id="listTasks", tags=["tasks"], responses=many("tasks"))
def all_tasks(request: Request, paging: Page, filters: Annotated[TaskFilters, Depends()]) -> Response:
    """Tasks with the bodies that answer for them."""
    asked = filters.asked()
    return listed(request, "tasks", paging, lambda c, after, limit: tasks.listed(c, asked, after, limit), lambda c: tasks.count(c, asked))


@router.get("/tasks/{task_id}", operation_id="getTask", tags=["tasks"], responses=item("tasks"))
def task(request: Request, task_id: Id) -> Response:
    """One task."""
    return one(request, lambda c: _first(tasks.lines(c, [task_id])), "task")


@router.get("/targets", operation_id="listTargets", tags=["targets"], responses=many("targets"))
def all_targets(request: Request, paging: Page, filters: Annotated[TargetFilters, Depends()]) -> Response:
    """Targets that fit all filters."""
    asked = filters.asked()
    return listed(request, "targets", paging, lambda c, after, limit: targets.listed(c, asked, after, limit), lambda c: targets.count(c, asked))


@router.get("/targets/{target_id}", operation_id="getTarget", tags=["targets"], responses=item("targets", evidence=True))
def target(request: Request, target_id: Id) -> Response:
    """One target with all its evidence."""

    def read(connection: Any) -> dict[str, Any] | None:
        found = _first(targets.lines(connection, [target_id]))
        return found and found | {"evidence": evidence.listed(connection, None, "target", target_id, None, None, 1000)[0]}

    return one(request, read, "target")


@router.get("/targets/{target_id}/evidence", operation_id="listTargetEvidence", tags=["targets"], responses=many("evidence", counted=False))
def target_evidence(request: Request, target_id: Id, paging: Page) -> Response:
    """The characters that each field of a target was read from."""
    return listed(request, "evidence", paging, lambda c, after, limit: evidence.listed(c, None, "target", target_id, None, after, limit))


@router.get("/evidence", operation_id="listEvidence", tags=["evidence"], responses=many("evidence", counted=False))
def all_evidence(
    request: Request,
    paging: Page,
    document: Annotated[str | None, Query(max_length=64, description="Only of a document, by its id.")] = None,
    target: Annotated[str | None, Query(max_length=64, description="Only of a target, by its id.")] = None,
    task: Annotated[str | None, Query(max_length=64, description="Only of a task, by its id.")] = None,
    slot: Annotated[str | None, Query(max_length=24, description="Only of a field: value, indicator, deadline, quote …")] = None,
) -> Response:
    """Evidence of a document, a target or a task, or all."""
    if target and task:
        raise ProblemError(400, "name a target or a task, not both")
    kind = "target" if target else "task" if task else None
    return listed(request, "evidence", paging, lambda c, a, n: evidence.listed(c, document, kind, target or task, slot, a, n))


@router.get("/evidence/{evidence_id}", operation_id="getEvidence", tags=["evidence"], responses=item("evidence"))
def one_evidence(request: Request, evidence_id: Id) -> Response:
    """One piece of evidence."""
    return one(request, lambda c: evidence.one(c, evidence_id), "evidence")


@router.get("/issues", operation_id="listIssues", tags=["issues"], responses=many("issues", counted=False))
def all_issues(
    request: Request,
    paging: Page,
    level: Annotated[Literal["error", "warning", "info"] | None, Query(description="Only of a level.")] = None,
    code: Annotated[str | None, Query(max_length=48, description="Only of a code.")] = None,
) -> Response:
    """What was odd, also about documents that could not be stored."""
    return listed(request, "issues", paging, lambda c, a, n: stored.issues(c, None, level, code, a, n))


@router.get("/bodies", operation_id="listBodies", tags=["bodies"], responses=many("bodies", counted=False))
def all_bodies(
    request: Request,
    paging: Page,
    function: Annotated[str | None, Query(max_length=100, description="Only of a government function: 生态环境.")] = None,
    kind: Annotated[str | None, Query(max_length=16, description="Only of a kind: department …")] = None,
    level: Annotated[str | None, Query(max_length=16, description="Only of a level: city …")] = None,
    region_code: Annotated[str | None, Query(max_length=6, description="Only of a division (GB/T 2260).")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Only with this text in the name.")] = None,
) -> Response:
    """Bodies that tasks name."""
    filters = {"function": function, "kind": kind, "level": level, "region_code": region_code}
    return listed(request, "bodies", paging, lambda c, a, n: bodies.listed(c, filters, q, a, n))


@router.get("/bodies/{body_id}", operation_id="getBody", tags=["bodies"], responses=item("bodies"))
def body(request: Request, body_id: Id) -> Response:
    """One body."""
    return one(request, lambda c: bodies.one(c, body_id), "body")


@router.get("/indicators", operation_id="listIndicators", tags=["indicators"], responses=many("indicators", counted=False))
def all_indicators(
    request: Request,
    paging: Page,
    domain: Annotated[str | None, Query(max_length=100, description="Only of a domain.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="Only with this text in the name or an alias, or with this id.")] = None,
) -> Response:
    """The vocabulary of indicators with their other names and numbers of targets."""
    return listed(request, "indicators", paging, lambda c, a, n: indicators.listed(c, domain, q, a, n))


@router.get("/indicators/{indicator_id}", operation_id="getIndicator", tags=["indicators"], responses=item("indicators"))
def indicator(request: Request, indicator_id: Id) -> Response:
    """One indicator."""
    return one(request, lambda c: indicators.one(c, indicator_id), "indicator")


@router.get("/regions", operation_id="listRegions", tags=["regions"], responses=many("regions", counted=False))
def all_regions(
    request: Request,
    paging: Page,
    q: Annotated[str | None, Query(max_length=100, description="Only with this text in the name, this code or this pinyin.")] = None,
    parent: Annotated[str | None, Query(max_length=6, description="Only directly below a division.")] = None,
    stored: Annotated[bool, Query(description="Only those of which documents are stored.")] = False,
) -> Response:
    """Administrative divisions with the numbers of their documents."""
    return listed(request, "regions", paging, lambda c, a, n: indicators.regions(c, q, parent, stored, a, n))


@router.get("/standards", operation_id="listStandards", tags=["standards"], responses=many("standards", counted=False))
def all_standards(request: Request, paging: Page) -> Response:
    """Standards with what they demand."""
    return listed(request, "standards", paging, indicators.standards)


@router.get("/runs", operation_id="listRuns", tags=["runs"], responses=many("runs", counted=False))
def all_runs(request: Request, paging: Page) -> Response:
    """Runs, the latest first."""
    return listed(request, "runs", paging, indicators.runs)
