"""What was decided, asked of the database: history, what it comes to, conflicts, progress and agreement."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

import sqlalchemy as sa

from pipeline.corrections.cases import agree, cases, statement, verdict
from pipeline.corrections.kinds import Conflict, Decision, State, Values, Verdict
from pipeline.corrections.stored import _C, _R, decisions
from schemas import tables

_D = tables.document.c
_CHUNK = 500  # values in one IN list
_MOST = 200  # decisions in an answer, unless more are asked for


def history(
    connection: sa.Connection, target_id: str | None = None, document: str | None = None, limit: int = _MOST, before_number: int | None = None
) -> list[Decision]:
    """Decisions, the latest first: on a target under whatever id it was read, of a document by name, or all; those before a number go on from it."""
    where: list[sa.ColumnElement[bool]] = []
    if target_id is not None:
        where.append(_C.subject.in_(subjects(connection, target_id)))
    if document is not None:
        where.append(_C.document == document)
    if before_number is not None:
        where.append(_C.number < before_number)
    numbers = sa.select(_C.number).where(*where).distinct().order_by(_C.number.desc()).limit(max(limit, 0))
    some = list(connection.execute(numbers).scalars())
    found = [x for at in range(0, len(some), _CHUNK) for x in decisions(connection, _C.number.in_(some[at : at + _CHUNK]), anchors=False)]
    return sorted(found, key=lambda decision: -decision.number)


def subjects(connection: sa.Connection, target_id: str) -> list[str]:
    """What decisions on a target are kept under: the id of the target at its first decision."""
    now = connection.execute(sa.select(_R.subject).where(_R.target_id == target_id)).scalars()
    then = connection.execute(sa.select(_C.subject).where(_C.target_id == target_id).distinct()).scalars()
    return sorted({*now, *then})


def states(connection: sa.Connection, target_ids: Sequence[str]) -> dict[str, State]:
    """Target → what decisions on it come to; targets on which none is in force are left out."""
    found: dict[str, State] = {}
    for at in range(0, len(target_ids), _CHUNK):
        query = sa.select(tables.reviewed).where(_R.target_id.in_(list(target_ids[at : at + _CHUNK])))
        found |= {row.target_id: _state(row) for row in connection.execute(query)}
    return found


def _state(row: Any) -> State:
    fields = {name: (now, stands) for name, (now, stands) in json.loads(row.fields or "{}").items()}
    verdict_, conflict = cast(Verdict, row.state), cast("Conflict | None", row.conflict)
    return State(verdict_, row.author, row.made, row.decision, bool(row.disputed), conflict, fields, row.subject)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for a person: the document it is of, the target that stands there now (None: none does), what is in conflict, the
    decision itself, and the quote that it was made on."""

    document: str
    document_id: str
    target_id: str | None
    state: State
    decision: Decision
    quote: str


def conflicts(connection: sa.Connection, document: str | None = None, limit: int | None = None) -> list[Waiting]:
    """What waits for a person since documents were read anew, and what people do not agree about; by document."""
    open_ = sa.or_(_R.conflict.in_(("lost", "unread", "ambiguous", "differs")), _R.disputed.is_(True))
    query = sa.select(tables.reviewed, _D.name).join_from(tables.reviewed, tables.document, _R.document_id == _D.id).where(open_)
    if document is not None:
        query = query.where(_D.name == document)
    rows = connection.execute(query.order_by(_D.name, _R.position, _R.subject).limit(limit)).all()
    wanted = [row.decision for row in rows]
    made = {x.id: x for at in range(0, len(wanted), _CHUNK) for x in decisions(connection, _C.decision.in_(wanted[at : at + _CHUNK]))}
    return [
        Waiting(row.name, row.document_id, row.target_id, _state(row), made[row.decision], made[row.decision].anchor["passage"]["text"])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is. `targets`: those that stand and those that were rejected; `decided`: of these on which a decision is in force;
    `states`: accepted, corrected, rejected, added; `authors`: person → targets on which a decision of theirs is in force; `waits`: conflicts."""

    targets: int
    decided: int
    states: dict[str, int]
    authors: dict[str, int]
    disputed: int
    waits: int


def progress(connection: sa.Connection, document: str | None = None) -> Progress:
    """How far the review of a document, or of all, is."""
    within = [] if document is None else [_D.name == document]
    joined = tables.reviewed.join(tables.document, _R.document_id == _D.id)
    counted = sa.select(_R.state, _R.conflict, _R.disputed, _R.target_id.is_(None), sa.func.count()).select_from(joined).where(*within)
    rows = connection.execute(counted.group_by(_R.state, _R.conflict, _R.disputed, _R.target_id.is_(None))).all()
    found: Counter[str] = Counter()
    disputed = waits = rejected = 0
    for state, conflict, differ, gone, count in rows:
        disputed += count if differ else 0
        waits += count if differ or conflict not in (None, "agreed") else 0
        if not gone:
            found[state] += count
            rejected += count if state == "rejected" else 0
    standing = sa.select(sa.func.count()).select_from(tables.target)
    if document is not None:
        standing = standing.join(tables.document, tables.target.c.document_id == _D.id).where(_D.name == document)
    targets = connection.execute(standing).scalar_one() + rejected
    order = {state: found[state] for state in ("accepted", "corrected", "rejected", "added")}
    return Progress(targets, sum(order.values()), order, _authors(connection, within), disputed, waits)


def _authors(connection: sa.Connection, within: Sequence[sa.ColumnElement[bool]]) -> dict[str, int]:
    """Person → targets on which a decision of theirs is in force, the most first."""
    undoing = sa.select(_C.undoes).where(_C.undoes.is_not(None))
    pairs = sa.select(_C.author, _C.subject).where(_C.action != "undo", _C.decision.not_in(undoing)).distinct()
    if within:
        mine = sa.select(_R.subject).join_from(tables.reviewed, tables.document, _R.document_id == _D.id).where(*within)
        pairs = pairs.where(_C.subject.in_(mine))
    each = pairs.subquery()
    counted = sa.select(each.c.author, sa.func.count()).group_by(each.c.author)
    return dict(sorted(((author, count) for author, count in connection.execute(counted)), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two people agree on the targets that both decided on. `agreeing`: the share of which they say the same, field by field; `kappa`:
    Cohen's, of their verdicts (accepted, corrected, rejected, added; two corrections to different values do not agree); None where chance
    alone would make them agree on everything."""

    one: str
    other: str
    common: int
    agreeing: float
    kappa: float | None


def agreement(connection: sa.Connection) -> list[Agreement]:
    """Every pair of people who decided on the same targets, by name; each is taken by the last decision in force."""
    shared = sa.select(_C.subject).where(_C.action != "undo").group_by(_C.subject).having(sa.func.count(_C.author.distinct()) > 1)
    said: dict[tuple[str, str], list[tuple[Decision, Decision]]] = defaultdict(list)
    for case in cases(decisions(connection, _C.subject.in_(shared))):
        last = {decision.author: decision for decision in case.decisions}
        for one, other in combinations(sorted(last), 2):
            said[one, other].append((last[one], last[other]))
    return [_agreement(one, other, pairs) for (one, other), pairs in sorted(said.items())]


def _agreement(one: str, other: str, pairs: Sequence[tuple[Decision, Decision]]) -> Agreement:
    same = sum(agree(statement(a), statement(b)) for a, b in pairs)
    first, second = (Counter(map(verdict, some)) for some in zip(*pairs, strict=True))
    total = len(pairs)
    chance = sum(first[name] * second[name] for name in first) / total**2
    kappa = None if chance == 1 else round((same / total - chance) / (1 - chance), 4)
    return Agreement(one, other, total, round(same / total, 4), kappa)


def as_lines(some: Iterable[Decision]) -> list[Values]:
    """Decisions for JSON."""
    return [decision.as_dict() for decision in some]
