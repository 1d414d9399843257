"""Targets: pages of those that fit a question, and one with all that is known of it. Their fields are those of the exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from pipeline.browse import places
from pipeline.browse.tables import After, Key, Row, contains, page
from pipeline.exporters import frames
from schemas import tables
from schemas.indicators import indicators

SORTS = ("document", "deadline", "-deadline", "confidence", "-confidence")


@dataclass(frozen=True, slots=True)
class Asked:
    """What targets are asked for; what is empty lets everything through. `q`: a text in the name, the value or the quote."""

    documents: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    deadline_from: str | None = None
    deadline_to: str | None = None
    year: int | None = None
    confidence_min: float | None = None
    review: str | None = None
    q: str | None = None
    sort: str = "document"


def where(connection: sa.Connection, asked: Asked) -> list[sa.ColumnElement[bool]]:
    """The conditions of a question. Raises UnknownError for a region, document or domain that is not known."""
    t = tables.target.c
    found: list[sa.ColumnElement[bool]] = []
    if asked.documents:
        found.append(t.document_id.in_(places.documents_named(connection, asked.documents)))
    if asked.regions:
        found.append(t.document_id.in_(places.documents_of_regions(connection, asked.regions)))
    if asked.indicators:
        ids, names = places.indicators_named(asked.indicators)
        found.append(sa.or_(*([t.indicator_id.in_(ids)] if ids else []), *([t.indicator.in_(names)] if names else [])))
    if asked.domains:
        found.append(t.indicator_id.in_(_of_domains(asked.domains)))
    for column, values in ((t.kind, asked.kinds), (t.operator, asked.operators), (t.status, asked.statuses)):
        if values:
            found.append(column.in_(values))
    found += _due(asked)
    if asked.confidence_min is not None:
        found.append(t.confidence >= asked.confidence_min)
    if asked.review is not None and "review" in t:
        found.append(t.review.is_(None) if asked.review == "none" else t.review == asked.review)
    elif asked.review not in (None, "none"):
        found.append(sa.false())
    if asked.q:
        found.append(sa.or_(contains(t.indicator, asked.q), contains(t.value_text, asked.q), contains(t.quote, asked.q)))
    return found


def _due(asked: Asked) -> list[sa.ColumnElement[bool]]:
    end = tables.target.c.deadline_end
    found = [end >= asked.deadline_from] if asked.deadline_from else []
    found += [end <= asked.deadline_to] if asked.deadline_to else []
    return [*found, end >= f"{asked.year}-01-01", end <= f"{asked.year}-12-31"] if asked.year else found


def _of_domains(domains: Sequence[str]) -> list[str]:
    known = sorted({one.domain for one in indicators()})
    for domain in domains:
        if domain not in known:
            raise places.UnknownError(f"no domain is called “{domain}”; there are: {'、'.join(known)}")
    return [one.id for one in indicators() if one.domain in domains]


def keys(sort: str) -> tuple[Key, ...]:
    """What a page is ordered by: the text (document by document), the last day of the deadline, or the confidence."""
    t = tables.target.c
    name, down = sort.lstrip("-"), sort.startswith("-")
    if name == "deadline":
        return Key(t.deadline_end, down, nullable=True), Key(t.id, down)
    if name == "confidence":
        return Key(t.confidence, down), Key(t.id, down)
    return Key(t.document_id), Key(t.position), Key(t.id)


def listed(connection: sa.Connection, asked: Asked, after: After, limit: int) -> tuple[list[Row], After]:
    """A page of targets as lines of the exports, each with ids and names besides; and the place behind it."""
    rows, behind = page(connection, sa.select(tables.target.c.id).where(*where(connection, asked)), keys(asked.sort), after, limit)
    return lines(connection, [row["id"] for row in rows]), behind


def count(connection: sa.Connection, asked: Asked) -> int:
    """How many targets fit."""
    return connection.execute(sa.select(sa.func.count()).select_from(tables.target).where(*where(connection, asked))).scalar_one()


def lines(connection: sa.Connection, ids: Sequence[str]) -> list[Row]:
    """Lines of targets in the order of their ids; ids that are not stored are left out."""
    t, k, d, i = tables.target.c, tables.task.c, tables.document.c, tables.indicator.c
    more = d.name.label("document"), d.region, d.region_code, i.name.label("indicator_name"), i.domain
    query = sa.select(t.id, t.document_id, t.task_id, k.path, *more, *(t[name].label(f"t_{name}") for name in frames.TARGET))
    query = query.join_from(tables.target, tables.document, t.document_id == d.id).outerjoin(tables.task, t.task_id == k.id)
    query = query.outerjoin(tables.indicator, t.indicator_id == i.id).where(t.id.in_(list(ids)))
    found = {row.id: row._mapping for row in connection.execute(query)}
    numbers = _numbers(connection, {row["document_id"] for row in found.values()})
    spots = frames.places_of(connection, (tables.evidence.c.row_table == "target") & tables.evidence.c.row_id.in_(list(found)))
    return [_line(found[one], numbers[one], spots[one]) for one in ids if one in found]


def _line(row: Any, number: str, spots: Any) -> Row:
    values = {name: row[f"t_{name}"] for name in frames.TARGET}
    more = ("document_id", "task_id", "region", "region_code", "indicator_name", "domain")
    return frames.target_line(row["document"], number, row["id"], row["path"], values, spots) | {name: row[name] for name in more}


def _numbers(connection: sa.Connection, documents: set[str]) -> dict[str, str]:
    """Target id → its number in its document, as exports count (T001)."""
    t = tables.target.c
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for one, document in connection.execute(
        sa.select(t.id, t.document_id).where(t.document_id.in_(sorted(documents))).order_by(t.document_id, t.position)
    ):
        counts[document] = counts.get(document, 0) + 1
        found[one] = f"T{counts[document]:03d}"
    return found
