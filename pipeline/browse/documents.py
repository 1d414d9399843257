"""Documents as a list: what is stored, and what could not be read, with what became of each; their quality and their issues."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from schemas import tables

_CHUNK = 500  # values in one IN list
STATES = ("stored", "unread", "failed", "quarantined", "gone", "waiting")  # unread: failed or quarantined
VALIDITIES = ("running", "over", "draft")
SORTS = ("name", "date", "region", "state", "targets")
_d, _s, _t, _i = tables.document.c, tables.source.c, tables.target.c, tables.issue.c


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list is asked for; empty values let everything through. `text`: in name or title; `today`: ISO, for periods that are over."""

    text: str = ""
    region: str = ""
    format: str = ""
    state: str = ""
    validity: str = ""
    year: str = ""
    issues: bool = False
    sort: Literal["name", "date", "region", "state", "targets"] = "name"
    descending: bool = False
    today: str = ""


def page(connection: sa.Connection, asked: Filter, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Lines of the list from `offset` on, each with its `quality` where it is stored, and how many there are."""
    listed = _listed(asked).subquery()
    total = connection.execute(sa.select(sa.func.count()).select_from(listed)).scalar_one()
    order = {"date": listed.c.date, "region": listed.c.region, "state": listed.c.state, "targets": listed.c.sorted}.get(asked.sort, listed.c.name)
    by = (order.desc() if asked.descending else order.asc()).nulls_last()
    rows = connection.execute(sa.select(listed).order_by(by, listed.c.name).limit(limit).offset(offset))
    found = [dict(row._mapping) for row in rows]
    told = quality(connection, [line["id"] for line in found if line["id"]])
    return [line | {"quality": told.get(line["id"])} for line in found], total


def _listed(asked: Filter) -> sa.CompoundSelect[Any]:
    """Stored documents, and sources of which nothing is stored."""
    date = sa.func.coalesce(_d.issue_date, _d.publish_date, _d.period_start)
    count = sa.select(sa.func.count()).where(_t.document_id == _d.id).scalar_subquery() if asked.sort == "targets" else sa.literal(0)
    state = sa.func.coalesce(_s.state, "stored")
    stored = sa.select(
        *(_d.id, _d.name, _d.title, _d.issuer, _d.region, date.label("date"), _d.format, _d.period_start, _d.period_end, _d.draft),
        *(state.label("state"), _s.code, _s.message, count.label("sorted")),
    ).select_from(tables.document.outerjoin(tables.source, _s.name == _d.name))
    empty = {
        name: sa.cast(sa.null(), sa.Text).label(name) for name in ("id", "title", "issuer", "region", "date", "format", "period_start", "period_end")
    }
    unread = sa.select(
        *(empty["id"], _s.name, empty["title"], empty["issuer"], empty["region"], empty["date"], empty["format"]),
        *(empty["period_start"], empty["period_end"], sa.false().label("draft"), _s.state, _s.code, _s.message, sa.literal(0).label("sorted")),
    ).where(~sa.exists().where(_d.name == _s.name))
    return sa.union_all(stored.where(*_of_stored(asked, date, state)), unread.where(*_of_unread(asked)))


def _like(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _of_stored(asked: Filter, date: sa.ColumnElement[Any], state: sa.ColumnElement[Any]) -> Iterator[sa.ColumnElement[bool]]:
    if asked.text:
        like = _like(asked.text)
        yield sa.or_(_d.name.ilike(like, escape="\\"), _d.title.ilike(like, escape="\\"))
    if asked.region:
        yield _d.region == asked.region
    if asked.format:
        yield _d.format == asked.format
    if asked.state:
        yield _in_state(state, asked.state)
    if asked.year:
        yield date.startswith(asked.year, autoescape=True)
    if asked.issues:
        yield sa.exists().where(_i.document_id == _d.id, _i.level.in_(("warning", "error")))
    if asked.validity:
        yield _valid(asked)


def _in_state(state: sa.ColumnElement[Any], asked: str) -> sa.ColumnElement[bool]:
    return state.in_(("failed", "quarantined")) if asked == "unread" else state == asked


def _valid(asked: Filter) -> sa.ColumnElement[bool]:
    """By what the document itself says: a draft, a plan whose period is over, any other."""
    over = sa.and_(_d.period_end.is_not(None), _d.period_end < asked.today[:4])
    return {"draft": _d.draft, "over": over}.get(asked.validity, sa.and_(~_d.draft, sa.func.coalesce(_d.period_end, "9999") >= asked.today[:4]))


def _of_unread(asked: Filter) -> Iterator[sa.ColumnElement[bool]]:
    if asked.region or asked.format or asked.year or asked.validity or (asked.state and asked.state not in STATES):
        yield sa.false()
    if asked.text:
        yield _s.name.ilike(_like(asked.text), escape="\\")
    if asked.state:
        yield _in_state(_s.state, asked.state)
    if asked.issues:
        yield _s.state.in_(("failed", "quarantined"))


def choices(connection: sa.Connection) -> dict[str, list[str]]:
    """What the filters offer: regions, formats, years that documents have."""
    region = sa.select(_d.region).where(_d.region.is_not(None)).distinct().order_by(_d.region)
    date = sa.func.substr(sa.func.coalesce(_d.issue_date, _d.publish_date, _d.period_start), 1, 4)
    years = sa.select(date).where(date.is_not(None)).distinct()
    return {
        "region": list(connection.execute(region).scalars()),
        "format": sorted(connection.execute(sa.select(_d.format).distinct()).scalars()),
        "year": sorted(connection.execute(years).scalars(), reverse=True),
    }


def quality(connection: sa.Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Document → targets, how many of them have indicator_id, deadline, unit, and are read by both readers; numbers that nothing explains,
    issues by level."""
    filled = (
        sa.func.count(_t.indicator_id).label("indicator_id"),
        sa.func.count(sa.func.coalesce(_t.deadline_kind, _t.deadline_end)).label("deadline"),
        sa.func.count(_t.unit).label("unit"),
        sa.func.count(sa.case((_t.readers == "both", 1))).label("both"),
        sa.func.count(sa.case((_t.readers != "unread", 1))).label("read"),
    )
    empty: dict[str, Any] = {"targets": 0, "indicator_id": 0, "deadline": 0, "unit": 0, "both": 0, "read": 0, "unexplained": 0}
    found = {one: {**empty, "issues": {}} for one in ids}
    c = tables.coverage.c
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        asked = sa.select(_t.document_id, sa.func.count().label("targets"), *filled).where(_t.document_id.in_(some)).group_by(_t.document_id)
        for row in connection.execute(asked):
            found[row.document_id] |= {name: value for name, value in row._mapping.items() if name != "document_id"}
        issues = sa.select(_i.document_id, _i.level, sa.func.count().label("n")).where(_i.document_id.in_(some)).group_by(_i.document_id, _i.level)
        for row in connection.execute(issues):
            found[row.document_id]["issues"][row.level] = row.n
        unexplained = sa.select(c.document_id, sa.func.count().label("n")).where(c.document_id.in_(some), c.reason == "unexplained")
        for row in connection.execute(unexplained.group_by(c.document_id)):
            found[row.document_id]["unexplained"] = row.n
    return found


def one(connection: sa.Connection, document_id: str) -> dict[str, Any] | None:
    """A stored document without its text, with what became of its last reading, its quality, its issues and what its numbers are; None for none."""
    columns = [column for column in tables.document.c if column.name != "text"]
    row = connection.execute(sa.select(*columns).where(_d.id == document_id)).one_or_none()
    if row is None:
        return None
    c = tables.coverage.c
    found = dict(row._mapping)
    last = connection.execute(sa.select(_s.state, _s.code, _s.message, _s.seconds, _s.location).where(_s.name == found["name"])).one_or_none()
    order = sa.case({"error": 0, "warning": 1}, value=_i.level, else_=2)
    issues = connection.execute(
        sa.select(_i.level, _i.code, _i.where, _i.message).where(_i.document_id == document_id).order_by(order, _i.code, _i.id).limit(1000)
    )
    numbers = sa.select(c.reason, sa.func.count().label("n")).where(c.document_id == document_id).group_by(c.reason)
    return found | {
        "last": dict(last._mapping) if last else None,
        "quality": quality(connection, [document_id])[document_id],
        "issues": [dict(issue._mapping) for issue in issues],
        "numbers": [dict(number._mapping) for number in connection.execute(numbers.order_by(sa.desc("n"), c.reason))],
    }


def names_like(connection: sa.Connection, stem: str) -> set[str]:
    """Names of documents that begin with some characters, in lower case: those that a new document cannot have."""
    names = (connection.execute(sa.select(column).where(column.startswith(stem, autoescape=True))).scalars() for column in (_s.name, _d.name))
    return {name.lower() for some in names for name in some}


def locations(connection: sa.Connection, document_id: str | None) -> list[str]:
    """Where a stored document, or everything that was ever read (None), comes from."""
    asked = sa.select(_s.location).order_by(_s.location)
    if document_id is not None:
        asked = asked.where(_s.name == sa.select(_d.name).where(_d.id == document_id).scalar_subquery())
    return list(connection.execute(asked).scalars())


def at(connection: sa.Connection, paths: Sequence[str]) -> list[dict[str, Any]]:
    """What became of files: location, name, state, code, message, id of the document (None where nothing is stored) and its number of targets."""
    wanted = [path if "://" in path else os.path.abspath(path) for path in paths]
    found: dict[str, dict[str, Any]] = {}
    count = sa.select(sa.func.count()).where(_t.document_id == _d.id).scalar_subquery()
    asked = sa.select(_s.location, _s.name, _s.state, _s.code, _s.message, _d.id, count.label("targets"))
    asked = asked.select_from(tables.source.outerjoin(tables.document, _d.name == _s.name))
    for start in range(0, len(wanted), _CHUNK):
        for row in connection.execute(asked.where(_s.location.in_(wanted[start : start + _CHUNK]))):
            found[row.location] = dict(row._mapping)
    return [found[path] for path in wanted if path in found]
