"""One item of the queue with what people decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline import corrections
from pipeline.browse import decided, reviewed

if TYPE_CHECKING:
    import sqlalchemy as sa

Line = dict[str, Any]
_HISTORY = 50


def item(connection: sa.Connection, key: str) -> Line | None:
    """A target ("t:id"), a number of the ledger ("c:id") or a decision that is kept aside ("s:subject"); None where there is none.

    Beside what `reviewed` reads: `state` (None: nobody looked), `history` (the latest first, `undone` said of each), `seen`.
    """
    what, _, identity = key.partition(":")
    if what == "c":
        found = reviewed.number(connection, identity)
        return found and {**found, "state": None, "history": [], "seen": None, "review": None, "added": _added(connection, found)}
    one = reviewed.target(connection, identity) if what == "t" else None
    if one is None and what in ("t", "s"):
        one = decided.aside(connection, identity)
    if one is None:
        return None
    target_id = one["target_id"]
    history = corrections.history(connection, target_id=target_id, limit=_HISTORY)
    gone = {decision.undoes for decision in history if decision.undoes}
    return {
        **one,
        "state": corrections.states(connection, [target_id]).get(target_id),
        "history": [{**decision.as_dict(), "undone": decision.id in gone} for decision in history],
        "seen": history[0].number if history else None,
    }


def _added(connection: sa.Connection, number: Line) -> list[str]:
    return reviewed.added_here(connection, number["document_id"], number["start"], number["end"])
