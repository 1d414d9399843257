"""The review page: a queue on the left, what is to be decided on the right; works by forms alone, by keys with its script."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline import corrections, store
from pipeline.browse import decided, passages, queue, reviewed
from pipeline.review import LOW_CONFIDENCE
from pipeline.web import words
from pipeline.web.render import language, link, page
from pipeline.web.reviewing import changes, deciding, exporting, items, proposing, suggesting
from pipeline.web.state import workbench
from schemas.indicators import indicators

router = APIRouter(include_in_schema=False)
Line = dict[str, Any]
ROWS = 50  # of the list at a time
CHOICES = 300  # documents and regions to choose from; others are typed
_DOCUMENTS, _CONFLICTS = 200, 200  # listed
_LONGEST = 400  # characters that may be selected at a time
_EMPTY = {"kind": "level", "operator": ">=", "status": "target"}  # of the form for a missed target
# what the script says
_TEXTS = (
    *(
        "said_accepted",
        "said_corrected",
        "said_rejected",
        "said_added",
        "said_undone",
        "said_saving",
        "said_nothing_to_undo",
        "said_end",
        "said_start",
    ),
    *("said_unsaved", "said_select", "said_span", "said_failed", "verdict_accepted", "verdict_corrected", "verdict_rejected", "verdict_added"),
    *("field_value", "field_indicator", "field_scope", "field_deadline", "field_unit", "wrong_nothing"),
)
_FILTERS = ("state", "reason", "document", "region", "reviewer", "q")


@router.get("/review")
def review(request: Request) -> Response:
    """The queue and the item that is asked for, else its first."""
    return shown(request)


def shown(request: Request, status: int = 200, key: str | None = None, **more: Any) -> Response:
    """The page; `more`: what a refused form said and what is wrong with it."""
    asked = request.query_params
    with store.reading(workbench(request).engine) as connection:
        wanted = _wanted(connection, asked)
        rows, behind = queue.page(connection, wanted, decided.parts(wanted), asked.get("after"), ROWS)
        key = key or asked.get("item") or (f"t:{asked['target']}" if asked.get("target") else None) or (rows[0]["key"] if rows else None)
        one = items.item(connection, key) if key else None
        counts = queue.counts(connection) | {"conflict": decided.waiting(connection)}
        values = {
            "rows": rows,
            "next": behind,
            "wanted": wanted,
            "picked": "item" in asked or "target" in asked or bool(more),
            "counts": counts,
            "open_count": sum(counts.values()),
            "documents": queue.documents(connection, CHOICES),
            "regions": queue.regions(connection, CHOICES),
            "reviewers": decided.reviewers(connection),
            "filters": {name: asked.get(name, "") for name in _FILTERS},
            "filtered": any(asked.get(name) for name in _FILTERS),
            "document_name": one["document"]["name"] if one and wanted.document == one["document_id"] else None,
            "states": queue.STATES,
            "reasons": queue.REASONS_SHOWN,
            "texts": _TEXTS,
        }
        known = {**values, **_item(connection, request, one, key, more)}
    keys = [row["key"] for row in rows]
    known["following"] = keys[keys.index(key) + 1] if key in keys[:-1] else None
    return page(request, "review.html", area="review", status=status, **known)


@router.get("/review/item")
def item(request: Request, key: Annotated[str, Query(max_length=80)]) -> Response:
    """The right side alone, for the page's script."""
    with store.reading(workbench(request).engine) as connection:
        one = items.item(connection, key)
        known = _item(connection, request, one, key, {})
    return page(request, "review_item.html", area="review", status=200 if one else 404, following=None, **known)


def _wanted(connection: Any, asked: Mapping[str, str]) -> queue.Wanted:
    """What the address asks for; a document by id or name; words that mean nothing ask for nothing."""
    document = queue.document_id(connection, asked["document"]) if asked.get("document") else None
    return queue.Wanted(
        state=asked["state"] if asked.get("state") in queue.STATES else "open",
        document=document,
        region=asked.get("region") or None,
        reason=asked["reason"] if asked.get("reason") in queue.REASONS_SHOWN else None,
        reviewer=asked.get("reviewer") or None,
        words=(asked.get("q") or "").strip()[:100] or None,
    )


def _item(connection: Any, request: Request, one: Line | None, key: str | None, more: Mapping[str, Any]) -> Line:
    """What the right side shows: the item, why it is here, its forms with what was sent back (`more`), else with what was read."""
    lang = language(request)
    proposed = _proposed(connection, one) if one and one["key"].startswith("c:") else {"inputs": {}, "spans": {}}
    sent = more.get("inputs", {})
    opened = more.get("opened")
    return {
        "one": one,
        "asked_key": key,
        "why": _why(one, lang) if one else "",
        "sign": _sign,
        "number_reasons": queue.NUMBERS,
        "plain": changes.shown,
        "canonical_name": _canonical(one),
        "may": request.state.person.may("reviewer"),
        "mine": _mine(one, request.state.person.name),
        "changes": changes,
        "back_list": link(request, item=None) if request.url.path == "/review" else "/review",
        "act": "/review/decide" + (f"?{kept}" if (kept := urlencode(_kept(request, None))) else ""),
        "inputs": {**changes.as_inputs(one["fields"] if one and "fields" in one else {}), **(sent if opened == "correct" else {})},
        "add_inputs": {**changes.as_inputs(_EMPTY), **proposed["inputs"], **(sent if opened == "add" else {})},
        "span_inputs": {**dict.fromkeys(deciding.SLOTS, ""), **proposed["spans"], **(more.get("spans", {}))},
        "wrong": more.get("wrong", {}),
        "problem": more.get("problem"),
        "opened": opened,
    }


def _proposed(connection: Any, one: Line) -> Line:
    """What the form for a missed target begins with at a number of the ledger: what the extractors make of its first number."""
    text, begin = passages.around(connection, one["document_id"], one["start"], one["end"])
    found = proposing.first(text, begin, one["start"], one["end"], one["document"])
    return {"inputs": changes.as_inputs({**_EMPTY, **found["fields"]}), "spans": {slot: _ranges(some) for slot, some in found["spans"].items()}}


def _ranges(places: list[list[int]]) -> str:
    return ",".join(f"{low}-{high}" for low, high in places)


def _why(one: Line, lang: str) -> str:
    if one["aside"]:
        return words.say("review.why_rejected", lang) if one["state"] and one["state"].state == "rejected" else ""
    if one.get("review") == "added":
        return words.say("review.why_added", lang)
    if one.get("review"):
        return ""
    if one["key"].startswith("c:"):
        name = one["reason"] if one["reason"] in queue.NUMBERS else "proposal"
        return words.say(f"review.why_{name}", lang)
    return words.say(f"review.why_{one['reason']}", lang, sure=f"{one['confidence']:.0%}", least=f"{LOW_CONFIDENCE:.0%}")


def _canonical(one: Line | None) -> str | None:
    found = next((i for i in indicators() if i.id == one.get("indicator_id")), None) if one else None
    return found.name if found else None


def _mine(one: Line | None, name: str) -> str | None:
    """The last decision of a person about an item that is still in force."""
    history = one["history"] if one else []
    return next((d["id"] for d in history if d["author"] == name and d["action"] != "undo" and not d["undone"]), None)


def _sign(operator: str | None) -> str:
    """The operator before a value; nothing for “is”."""
    return {">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< ", "~": "≈ "}.get(operator or "", "")


@router.post("/review/decide")
async def decide(request: Request) -> Response:
    """A decision by a form; on to the next item where it is taken, the form again with what is wrong where it is not."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    return await run_in_threadpool(_decided, request, texts)


def _decided(request: Request, texts: Mapping[str, str]) -> Response:
    if not request.state.person.may("reviewer"):
        raise HTTPException(403, words.say("review.not_reviewer", language(request)))
    action, key = texts.get("action", ""), texts.get("key", "")
    given: Line = {"action": action, "reason": texts.get("reason", "").strip()[:2000] or None}
    if action == "undo":
        given["undoes"] = texts.get("undoes")
    elif action == "add":
        given |= {"document_id": texts.get("document_id"), "spans": _spans(texts)}
    else:
        given |= {"target_id": texts.get("target_id"), "seen": _number(texts.get("seen", ""))}
    if action in ("correct", "add"):
        given["changes"] = {name: texts[name] for name in (*changes.INPUTS, "deadline_raw") if name in texts}
    say = partial(_said, language(request))
    try:
        taken = deciding.decide(workbench(request).engine, request.state.person.name, given, say)
    except deciding.RefusedError as refused:
        sent = {name: texts.get(name, "") for name in (*given.get("changes", {}), "reason")}
        spans = {slot: texts.get(f"span_{slot}", "") for slot in deciding.SLOTS} if action == "add" else {}
        return shown(request, refused.status, key, inputs=sent, spans=spans, wrong=refused.fields, problem=refused.says, opened=action)
    stay = action in ("undo", "add")
    to = f"t:{taken['decision']['target_id']}" if stay else texts.get("next") or None
    return RedirectResponse("/review" + (f"?{kept}" if (kept := urlencode(_kept(request, to))) else ""), 303)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _kept(request: Request, item: str | None) -> Line:
    """The filters of the address and the item to go to."""
    kept = {name: value for name, value in request.query_params.items() if name in (*_FILTERS, "after")}
    return kept | ({"item": item} if item else {})


def _said(lang: str, name: str, /, **values: object) -> str:
    return words.say(name, lang, **values)


def _spans(texts: Mapping[str, str]) -> dict[str, list[list[int]]]:
    """`span_value=120-123` of a form; what is no range is left out, and missed by the check that follows."""
    found: dict[str, list[list[int]]] = {}
    for slot in deciding.SLOTS:
        for part in texts.get(f"span_{slot}", "").split(","):
            low, _, high = part.partition("-")
            if low.isdecimal() and high.isdecimal() and len(low) < 10 and len(high) < 10:
                found.setdefault(slot, []).append([int(low), int(high)])
    return found


@router.get("/review/progress")
def progress(request: Request) -> Response:
    """How far the review is, whether reviewers agree, what is in conflict; exports."""
    with store.reading(workbench(request).engine) as connection:
        found: Line = {
            "whole": corrections.progress(connection),
            "documents": decided.by_document(connection, _DOCUMENTS),
            "agreement": corrections.agreement(connection),
            "waiting": corrections.conflicts(connection, limit=_CONFLICTS),
        }
    return page(request, "review_progress.html", area="review", kappa=_kappa, plain=changes.shown, **found, may=request.state.person.may("reviewer"))


def _kappa(value: float | None) -> str:
    """The word for an agreement beyond chance, by the usual steps of Landis and Koch."""
    if value is None:
        return "kappa_none"
    steps = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "good"))
    return "kappa_" + next((word for most, word in steps if value <= most), "very_good")


@router.get("/review/export/{name}")
def export(request: Request, name: str) -> Response:
    """Gold annotations as ZIP or JSON, lookups and aliases as ZIP of YAML files."""
    if not request.state.person.may("reviewer"):
        raise HTTPException(403, words.say("review.not_reviewer", language(request)))
    if name not in exporting.FILES:
        raise HTTPException(404)
    content, media = exporting.made(workbench(request).engine, name)
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/review/suggest")
def suggest(request: Request, q: Annotated[str, Query(max_length=200)], what: str = "indicator") -> JSONResponse:
    """Names of the vocabulary that a text may mean; with `what=unit` units."""
    return JSONResponse({"found": suggesting.units(q) if what == "unit" else suggesting.indicators(q)})


@router.get("/review/parse")
def parse(request: Request, document: str, start: Annotated[int, Query(ge=0, lt=2**31)], end: Annotated[int, Query(ge=1, lt=2**31)]) -> JSONResponse:
    """What a stretch of a document says, read by the program's own extractors."""
    if not 0 < end - start <= _LONGEST:
        return JSONResponse({"error": words.say("review.wrong_spans", language(request))}, 422)
    with store.reading(workbench(request).engine) as connection:
        of = reviewed.document(connection, document)
        if of is None:
            return JSONResponse({"error": words.say("review.wrong_document", language(request))}, 404)
        text, begin = passages.around(connection, document, start, end)
    proposed = proposing.propose(text, begin, start, end, of)
    return JSONResponse({**proposed, "inputs": changes.as_inputs(proposed["fields"])})
