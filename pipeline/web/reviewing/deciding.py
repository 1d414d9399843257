"""A decision from a form or from JSON: checked field by field, refused where somebody else decided meanwhile, then handed on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from pipeline import corrections, store
from pipeline.browse import passages, reviewed, wording
from pipeline.web.reviewing import changes

if TYPE_CHECKING:
    import sqlalchemy as sa

    from pipeline.corrections.kinds import Action

Line = dict[str, Any]
Say = Callable[..., str]
ACTIONS = ("accept", "correct", "reject", "add", "undo")
SLOTS = ("indicator", "scope", "value", "unit", "baseline", "deadline", "quote")
_PLACES = 20  # of one field
_deciding = threading.Lock()  # between looking whether somebody decided meanwhile and deciding, nobody of this server decides


@dataclass(slots=True)
class RefusedError(Exception):
    """Why a decision is not taken: the answer's status, a sentence, messages by field, the decision that came first."""

    status: int
    says: str
    fields: dict[str, str] = field(default_factory=dict)
    latest: Line | None = None

    def more(self) -> Line:
        """What stands beside the sentence in the answer to a tool."""
        return {"fields": self.fields} | ({"latest": self.latest} if self.latest else {})


def decide(engine: sa.Engine, author: str, given: Mapping[str, Any], say: Say) -> Line:
    """Take a decision and tell what became of it: `decision`, and `target` as it stands now (None for a rejected one).

    `given`: action, target_id or document_id, changes (field → value), spans (slot → [[start, end], …]), reason, undoes; `seen`: the number of the
    last decision that the person saw (None: saw none), left out by who does not care. Raises RefusedError: 409 where there is a later one, 422 where
    something is wrong with what was given.
    """
    action = given.get("action")
    if action not in ACTIONS:
        raise RefusedError(422, say("review.wrong_action"), {"action": say("review.wrong_action")})
    with _deciding:
        with store.reading(engine) as connection:
            if action == "add":
                asked = _addition(connection, given, say)
            elif action == "undo":
                asked = {"undoes": given.get("undoes")}
            else:
                asked = _about(connection, action, given, say)
        return _taken(engine, action, author, asked, given.get("reason") or None, say)


def _taken(engine: sa.Engine, action: str, author: str, asked: Line, reason: str | None, say: Say) -> Line:
    try:
        if action == "undo":
            decision = corrections.undo(engine, str(asked["undoes"] or ""), author, reason)
        else:
            decision = corrections.decide(engine, cast("Action", action), author=author, reason=reason, **asked)
    except corrections.CorrectionError as error:
        raise RefusedError(422, *_told(str(error), say)) from error
    with store.reading(engine) as connection:
        return {"decision": decision.as_dict(), "target": told(connection, decision.target_id)}


def _told(error: str, say: Say) -> tuple[str, dict[str, str]]:
    """The sentence of an error, and the field that it speaks of."""
    name, found, says = error.partition(": ")
    slot = name.replace("deadline.", "deadline_")
    if found and slot in (*changes.FIELDS, *changes.INPUTS):
        return say("review.wrong"), {slot: says}
    return error, {}


def told(connection: sa.Connection, target_id: str) -> Line | None:
    """A target as the answer to a decision shows it; None where it does not stand any more."""
    one = reviewed.target(connection, target_id)
    if one is None:
        return None
    shown = ("id", "document_id", "value_text", "quote", "indicator_id", "canonical_value", "canonical_unit", "confidence", "review")
    return {name: one[name] for name in shown} | {"shown": wording.shown(one), "fields": one["fields"], "seen": seen(connection, target_id)}


def seen(connection: sa.Connection, target_id: str) -> int | None:
    """The number of the last decision about a target; None where there is none."""
    latest = corrections.history(connection, target_id=target_id, limit=1)
    return latest[0].number if latest else None


def _about(connection: sa.Connection, action: str, given: Mapping[str, Any], say: Say) -> Line:
    """What is asked about a target that is there."""
    target_id = given.get("target_id")
    if not isinstance(target_id, str) or not target_id:
        raise RefusedError(422, say("review.wrong_needs_target"), {"target_id": say("review.wrong_needs_target")})
    latest = corrections.history(connection, target_id=target_id, limit=1)
    if "seen" in given and given["seen"] != (latest[0].number if latest else None):
        author = latest[0].author if latest else ""
        raise RefusedError(409, say("review.wrong_seen", author=author), latest=latest[0].as_dict() if latest else None)
    asked: Line = {"target_id": target_id}
    if action != "correct":
        return asked
    one = reviewed.target(connection, target_id)
    if one is None:
        raise RefusedError(422, say("review.wrong_target"), {"target_id": say("review.wrong_target")})
    found = changes.changed(_read(given, one["fields"], say), one["fields"])
    spans = _spans(connection, given, one["document_id"], say)
    if not found and not spans:
        raise RefusedError(422, say("review.wrong_nothing"))
    return asked | {"changes": found} | ({"spans": spans} if spans else {})


def _read(given: Mapping[str, Any], before: Line | None, say: Say) -> Line:
    values = given.get("changes") or {}
    if not isinstance(values, Mapping):
        raise RefusedError(422, say("review.wrong"), {"changes": say("review.wrong_choice")})
    found, wrong = changes.read(values, before)
    wrong |= {str(name): "choice" for name in values if name not in (*changes.FIELDS, *changes.INPUTS, "deadline_raw")}
    if wrong:
        raise RefusedError(422, say("review.wrong"), {name: say(f"review.wrong_{code}") for name, code in wrong.items()})
    return found


def _addition(connection: sa.Connection, given: Mapping[str, Any], say: Say) -> Line:
    """What is asked about a target that the program missed."""
    document_id = given.get("document_id")
    if not isinstance(document_id, str) or reviewed.document(connection, document_id) is None:
        raise RefusedError(422, say("review.wrong_document"), {"document_id": say("review.wrong_document")})
    spans = _spans(connection, given, document_id, say)
    if "value" not in spans:
        raise RefusedError(422, say("review.wrong"), {"value": say("review.said_select")})
    found = {name: value for name, value in _read(given, {}, say).items() if value is not None}
    for name in ("indicator", "kind"):
        if name not in found:
            raise RefusedError(422, say("review.wrong"), {name: say("review.wrong_empty")})
    return {"document_id": document_id, "changes": found, "spans": spans}


def _spans(connection: sa.Connection, given: Mapping[str, Any], document_id: str, say: Say) -> dict[str, list[list[int]]]:
    """Places in the document, slot → ranges: each holds text."""
    spans = given.get("spans") or {}
    wrong = RefusedError(422, say("review.wrong_spans"), {"spans": say("review.wrong_spans")})
    if not isinstance(spans, Mapping) or any(slot not in SLOTS for slot in spans):
        raise wrong
    found: dict[str, list[list[int]]] = {}
    for slot, places in spans.items():
        if not isinstance(places, list) or len(places) > _PLACES:
            raise wrong
        for place in places:
            whole = isinstance(place, list) and len(place) == 2 and all(isinstance(at, int) and not isinstance(at, bool) for at in place)
            if not whole or not 0 <= place[0] < place[1] < 2**31 or len(passages.between(connection, document_id, *place)) != place[1] - place[0]:
                raise wrong
            found.setdefault(slot, []).append(place)
    return found
