"""Deciding and undoing: a decision is added and applied to the stored rows in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from pipeline.corrections.applying import apply
from pipeline.corrections.drafting import Drafted, draft_add, draft_decision
from pipeline.corrections.kinds import ACTIONS, Action, CorrectionError, Decision
from pipeline.corrections.stored import about, decisions, reading_of, rows_of
from pipeline.corrections.storing import store_applied
from pipeline.store.connecting import transact
from schemas import tables

_C, _R, _D = tables.correction.c, tables.reviewed.c, tables.document.c
_REASON = 2000  # characters


def decide(
    engine: sa.Engine,
    action: Action,
    *,
    author: str,
    target_id: str | None = None,
    document_id: str | None = None,
    changes: Mapping[str, Any] | None = None,
    spans: Mapping[str, Sequence[Sequence[int]]] | None = None,
    reason: str | None = None,
) -> Decision:
    """Add a decision and apply it to the stored rows, in one transaction.

    `accept`, `correct` and `reject` name a target, `add` a document. `changes`: field → the value that is right; `spans`: slot (indicator, scope,
    value, unit, baseline, deadline, quote) → where it stands in the document's text; a slot that is pointed at and not said otherwise is read
    there. Raises CorrectionError with a sentence for people where the decision cannot be applied; nothing is stored then.
    """
    if action not in ACTIONS[:4]:
        raise CorrectionError(f"action: “{action}” is none; there are: {', '.join(ACTIONS[:4])}, and undo for a decision")
    if action in ("accept", "reject") and (changes or spans):
        raise CorrectionError(f"changes: nothing can be changed by {action}; correct the target instead")
    author, reason = _said(author, reason)

    def work(connection: sa.Connection) -> Decision:
        found = _document_of(connection, target_id) if action != "add" else document_id
        if found is None or connection.execute(sa.select(_D.id).where(_D.id == found)).first() is None:
            raise CorrectionError(f"{'document' if action == 'add' else 'target'} {found or target_id}: there is none; it may have been read anew")
        reading, now = reading_of(connection, found)
        known = about(connection, [reading.document]).get(reading.document["name"], [])
        identity = uuid.uuid4().hex[:20]
        if action == "add":
            drafted = draft_add(reading, now, identity, changes or {}, spans or {})
        else:
            drafted = draft_decision(reading, now, known, action, author, str(target_id), changes or {}, spans or {})
        decision = _append(connection, identity, action, author, reason, drafted, reading.document)
        store_applied(connection, now, apply(reading, [*known, decision]))
        _elsewhere(connection, decision, found)
        return decision

    return transact(engine, work)


def undo(engine: sa.Engine, decision_id: str, author: str, reason: str | None = None) -> Decision:
    """Take a decision back: it no longer counts, and what stood without it stands again. The history keeps both.

    Raises CorrectionError where there is no such decision, it is an undoing itself or undone, or later decisions rest on it.
    """
    author, reason = _said(author, reason)

    def work(connection: sa.Connection) -> Decision:
        wanted = next(iter(decisions(connection, _C.decision == decision_id, anchors=False)), None)
        if wanted is None:
            raise CorrectionError(f"decision {decision_id}: there is none")
        if wanted.action == "undo":
            raise CorrectionError("an undoing cannot be undone; decide again instead")
        every = decisions(connection, _C.subject == wanted.subject, anchors=False)
        undone = {one.undoes for one in every}
        if wanted.id in undone:
            raise CorrectionError("this decision is undone already")
        if wanted.action == "add" and any(one.id not in undone and one.action != "undo" and one.number > wanted.number for one in every):
            raise CorrectionError("others have decided on this added target since; undo their decisions first, or reject the target")
        drafted = Drafted(wanted.subject, wanted.target_id, wanted.evidence_id)
        document = {"name": wanted.document, "sha256": wanted.sha256}
        decision = _append(connection, uuid.uuid4().hex[:20], "undo", author, reason, drafted, document, wanted.id)
        _elsewhere(connection, decision, None)
        return decision

    return transact(engine, work)


def _said(author: str, reason: str | None) -> tuple[str, str | None]:
    """Who decides and why, checked."""
    author, reason = author.strip(), (reason or "").strip() or None
    if not author or len(author) > 100:
        raise CorrectionError("author: a decision needs the name of the person who makes it, of at most 100 characters")
    if reason and len(reason) > _REASON:
        raise CorrectionError(f"reason: {len(reason)} characters are too many; at most {_REASON} are kept")
    return author, reason


def _document_of(connection: sa.Connection, target_id: str | None) -> str | None:
    """The document of a target that stands, or that was decided on."""
    t = tables.target.c
    found = connection.execute(sa.select(t.document_id).where(t.id == target_id)).scalar()
    return found or connection.execute(sa.select(_R.document_id).where(_R.target_id == target_id)).scalar()


def _append(
    connection: sa.Connection,
    identity: str,
    action: Action,
    author: str,
    reason: str | None,
    drafted: Drafted,
    document: Mapping[str, Any],
    undoes: str | None = None,
) -> Decision:
    number = (connection.execute(sa.select(sa.func.max(_C.number))).scalar() or 0) + 1
    decision = Decision(
        id=identity,
        number=number,
        action=action,
        document=document["name"],
        target_id=drafted.target_id,
        changes=drafted.changes,
        spans=drafted.spans,
        reason=reason,
        author=author,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        undoes=undoes,
        subject=drafted.subject,
        sha256=document["sha256"],
        evidence_id=drafted.evidence_id,
        anchor=drafted.anchor,
    )
    connection.execute(sa.insert(tables.correction), rows_of(decision))
    return decision


def _elsewhere(connection: sa.Connection, decision: Decision, but: str | None) -> None:
    """Apply to all documents that a decision concerns: the same bytes may be stored under several names."""
    same = sa.or_(_D.name == decision.document, _D.sha256 == decision.sha256)
    ids = set(connection.execute(sa.select(_D.id).where(same)).scalars())
    ids |= set(connection.execute(sa.select(_R.document_id).where(_R.subject == decision.subject)).scalars())
    for document_id in sorted(ids - {but}):
        reading, now = reading_of(connection, document_id)
        known = about(connection, [reading.document]).get(reading.document["name"], [])
        store_applied(connection, now, apply(reading, known))
