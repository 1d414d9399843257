"""The list of documents, and the quality of one."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse import documents
from pipeline.browse.documents import SORTS, STATES, VALIDITIES, Filter
from pipeline.web import words
from pipeline.web.pages.start import command
from pipeline.web.render import language, page
from pipeline.web.state import workbench
from schemas.reasons import REASONS

router = APIRouter(include_in_schema=False)
PAGE = 50  # lines
_LONGEST = 200  # characters of a filter


@router.get("/documents")
def listed(request: Request) -> Response:
    """The list."""
    server, asked = workbench(request), _asked(request)
    number = _number(request.query_params.get("page"))

    def choices() -> dict[str, list[str]]:
        with store.reading(server.engine) as connection:
            return documents.choices(connection)

    # one connection at a time: requests that held one and waited for a second would wait for each other
    known = server.kept.get(("documents", server.version()), choices)
    with store.reading(server.engine) as connection:
        found, total = documents.page(connection, asked, PAGE, (number - 1) * PAGE)
    return page(
        *(request, "documents.html"),
        area="documents",
        found=found,
        total=total,
        number=number,
        last=max(1, -(-total // PAGE)),
        choices=known,
        asked=asked,
        filtered=any(getattr(asked, name) for name in ("text", "region", "format", "state", "validity", "year", "issues")),
        states=STATES,
        validities=VALIDITIES,
        command=command(server),
    )


def _asked(request: Request) -> Filter:
    """What is asked for; unknown words are as good as none."""
    given = {name: value[:_LONGEST].replace("\0", "").strip() for name, value in request.query_params.items()}
    sort, descending = given.get("sort", "name").removeprefix("-"), given.get("sort", "").startswith("-")
    return Filter(
        text=given.get("q", ""),
        region=given.get("region", ""),
        format=given.get("format", ""),
        state=_one_of(given.get("state"), STATES),
        validity=_one_of(given.get("validity"), VALIDITIES),
        year=given.get("year", ""),
        issues=given.get("issues") == "1",
        sort=_one_of(sort, SORTS) or "name",  # type: ignore[arg-type]
        descending=descending,
        today=date.today().isoformat(),
    )


def _one_of(value: str | None, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _number(given: str | None) -> int:
    return min(max(int(given), 1), 1_000_000) if given and given.isascii() and given.isdigit() and len(given) < 9 else 1


@router.get("/documents/{document_id}/quality")
def quality(request: Request, document_id: str) -> Response:
    """What was read of a document, and what was not."""
    with store.reading(workbench(request).engine) as connection:
        found = documents.one(connection, document_id)
    if found is None:
        raise HTTPException(404, "there is no such document")
    lang = language(request)
    numbers = [one | {"says": says(one["reason"], lang)} for one in found["numbers"]]
    return page(request, "quality.html", area="documents", document=found, numbers=numbers)


def says(reason: str, lang: str) -> str:
    """What a reason of the coverage ledger means; the reason itself for one that another version wrote."""
    return words.say(f"documents.reason_{reason}", lang) if reason in REASONS else reason
