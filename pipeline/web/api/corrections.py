"""`/api/v1/corrections`: what people decided, and new decisions. FastAPI reads annotations here, so they stand evaluated."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from pipeline import corrections, store
from pipeline.web import words
from pipeline.web.api.describing import PROBLEM
from pipeline.web.api.problems import ProblemError, Route
from pipeline.web.render import language
from pipeline.web.reviewing import deciding
from pipeline.web.state import workbench

router = APIRouter(prefix="/api/v1/corrections", tags=["corrections"], route_class=Route)
_MOST = 500


class Asked(BaseModel):
    """A decision about a target."""

    model_config = ConfigDict(extra="forbid", strict=True)
    action: Literal["accept", "correct", "reject", "add", "undo"] = Field(description="What is decided.")
    target_id: str | None = Field(None, max_length=64, description="The target; for accept, correct and reject.")
    document_id: str | None = Field(None, max_length=64, description="The document; for add.")
    changes: dict[str, Any] | None = Field(
        None,
        description="Field → its right value, for correct and add: indicator, scope, kind, operator, value, value_max, unit, change_direction, "
        "baseline, deadline ({raw, kind, start, end} or null), status, strength. Numbers may be JSON numbers or decimal text.",
        examples=[{"value": 95, "operator": ">="}],
    )
    spans: dict[str, list[list[int]]] | None = Field(
        None,
        description="Slot → [[start, end], …] in characters (code points) of the document's text; add needs `value`.",
        examples=[{"value": [[120, 123]], "indicator": [[110, 116]]}],
    )
    reason: str | None = Field(None, max_length=2000, description="Why, for those who look later.")
    undoes: str | None = Field(None, max_length=64, description="The id of the decision that no longer counts; for undo.")
    seen: int | None = Field(
        None, description="The number of the last decision about the target that the person saw, null for none. Given, a later decision gives 409."
    )


class Decision(BaseModel):
    """One decision, as it is kept for good."""

    id: str = Field(description="Id of the decision.")
    number: int = Field(description="Counts all decisions, in the order in which they were made.")
    action: str = Field(description="accept, correct, reject, add or undo.")
    document: str = Field(description="Name of the document.")
    target_id: str = Field(description="The target as the program reads it; of add the id of the added target.")
    changes: dict[str, Any] = Field(description="Field → [before, after].")
    spans: dict[str, Any] = Field(description="Slot → [[start, end], …].")
    reason: str | None = Field(description="Why.")
    author: str = Field(description="Who decided.")
    made: str = Field(description="When: ISO 8601, UTC.")
    undoes: str | None = Field(description="The decision that this one takes back.")


class Taken(BaseModel):
    """What became of a decision."""

    decision: Decision
    target: dict[str, Any] | None = Field(description="The target as it stands now; null where it was rejected.")


class Decisions(BaseModel):
    """A page of decisions, the latest first."""

    corrections: list[Decision]
    next: int | None = Field(description="Give it as `after` for the page behind; null at the end.")


@router.get("", operation_id="listCorrections", response_model=Decisions, responses=PROBLEM, summary="Decisions of people, the latest first")
def list_corrections(
    request: Request,
    document: Annotated[str | None, Query(description="Name of a document.")] = None,
    target_id: Annotated[str | None, Query(description="Id of a target.")] = None,
    after: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="Decisions on a page.")] = 100,
) -> JSONResponse:
    """The history, append-only: undone decisions stay in it, and what undoes them."""
    with store.reading(workbench(request).engine) as connection:
        found = corrections.history(connection, target_id=target_id, document=document, limit=limit + 1, before_number=after)
    more = found[limit - 1].number if len(found) > limit else None
    return JSONResponse({"corrections": [one.as_dict() for one in found[:limit]], "next": more}, headers={"Cache-Control": "no-store"})


def _reviewer(request: Request) -> None:
    """Before the body is looked at. Raises ProblemError 403."""
    if not request.state.person.may("reviewer"):
        raise ProblemError(403, words.say("review.not_reviewer", language(request)))


@router.post(
    "",
    status_code=201,
    response_model=Taken,
    summary="Accept, correct, reject or add a target, or undo a decision",
    operation_id="decide",
    dependencies=[Depends(_reviewer)],
    responses={
        409: {**PROBLEM["4XX"], "description": "Somebody decided meanwhile: `latest` is that decision"},
        422: {**PROBLEM["4XX"], "description": "Something is wrong: `fields` says what of each field; or the decision changes nothing"},
        **PROBLEM,
    },
)
def decide(request: Request, asked: Asked) -> JSONResponse:
    """Needs the role of a reviewer. The decision is kept for good and applied to the stored rows in one transaction."""
    say = partial(_say, language(request))
    try:
        taken = deciding.decide(workbench(request).engine, request.state.person.name, asked.model_dump(exclude_unset=True), say)
    except deciding.RefusedError as refused:
        raise ProblemError(refused.status, refused.says, **refused.more()) from refused
    return JSONResponse(taken, 201)


def _say(lang: str, name: str, /, **values: object) -> str:
    return words.say(name, lang, **values)
