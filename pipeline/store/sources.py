"""Sources: where documents come from, how they are called, and what became of the last reading of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from pipeline.evidence import key
from pipeline.store.connecting import ask, transact, upsert_rows
from schemas import tables

_CHUNK = 500  # values in one IN list


@dataclass(frozen=True, slots=True)
class Source:
    """A file, folder or URL and what became of its last reading; the fields are those of the table `source`."""

    location: str
    name: str
    state: str = "waiting"
    sha256: str | None = None
    stamp: str | None = None
    key: str | None = None
    tried: str | None = None
    limits: str | None = None
    code: str | None = None
    message: str | None = None
    seconds: float | None = None

    @property
    def id(self) -> str:
        """The id of its row."""
        return key("source", self.location)


_FIELDS = tuple(Source.__dataclass_fields__)


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def put(connection: sa.Connection, sources: Sequence[Source]) -> None:
    """Write the rows of sources."""
    upsert_rows(connection, tables.source, [{"id": s.id, **{name: getattr(s, name) for name in _FIELDS}} for s in sources])


def note(connection: sa.Connection, sources: Sequence[Source]) -> None:
    """Write what became of readings that failed; what is known of the rows that are stored stays as it is, whoever stored them."""
    s = tables.source.c
    for source in sources:
        told = {"state": source.state, "tried": source.tried, "code": source.code, "message": source.message}
        limits = {} if source.limits is None else {"limits": source.limits}
        connection.execute(sa.update(tables.source).where(s.id == source.id).values(**told, **limits))


def mark(engine: sa.Engine, sources: Sequence[Source]) -> None:
    """Write the rows of sources in a transaction of their own."""
    if sources:
        transact(engine, lambda connection: put(connection, sources))


def states(engine: sa.Engine, locations: Sequence[str]) -> dict[str, Source]:
    """The known sources among some locations."""
    return ask(engine, lambda connection: {source.location: source for source in _known(connection, locations)})


def _known(connection: sa.Connection, locations: Sequence[str]) -> Iterator[Source]:
    for some in _chunks([key("source", location) for location in locations]):
        yield from map(_source, connection.execute(sa.select(tables.source).where(tables.source.c.id.in_(some))))


def _source(row: Any) -> Source:
    return Source(*(getattr(row, name) for name in _FIELDS))


def assign(engine: sa.Engine, wanted: Mapping[str, Sequence[str]], moved: Callable[[str, Source], bool]) -> dict[str, str]:
    """A name for each location, kept from run to run and different from all others: the first of its choices that nothing else holds.

    `wanted`: location → names in order of preference, the last of which nobody else can want. `moved(location, source)`: whether
    a location is the new place of a source, which is gone from its old one: then it takes over that source's name and rows.
    """
    return transact(engine, lambda connection: _assign(connection, wanted, moved))


def _assign(connection: sa.Connection, wanted: Mapping[str, Sequence[str]], moved: Callable[[str, Source], bool]) -> dict[str, str]:
    s = tables.source.c
    names: dict[str, str] = {}
    for some in _chunks([key("source", location) for location in wanted]):
        names |= {row.location: row.name for row in connection.execute(sa.select(s.location, s.name).where(s.id.in_(some)))}
    new = [location for location in wanted if location not in names]
    holders: dict[str, Source] = {}
    moved_here: dict[str, Source] = {}
    for some in _chunks(sorted({name for location in new for name in wanted[location]})):
        holders |= {row.name: _source(row) for row in connection.execute(sa.select(tables.source).where(s.name.in_(some)))}
    taken = set(names.values())
    rows = []
    for location in new:
        for name in wanted[location]:
            holder = holders.get(name)
            if name in taken or (holder is not None and not _takes_over(connection, holder, location, moved)):
                continue
            if holder is not None:
                moved_here[location] = holder
            break
        taken.add(name)
        names[location] = name
        before = moved_here.get(location)
        rows.append(Source(location, name, sha256=before.sha256 if before else None, key=before.key if before else None))
    put(connection, rows)
    return names


def _takes_over(connection: sa.Connection, holder: Source, location: str, moved: Callable[[str, Source], bool]) -> bool:
    """Whether a location is the new place of a source; the row of the old place goes."""
    if not moved(location, holder):
        return False
    connection.execute(sa.delete(tables.source).where(tables.source.c.id == holder.id))
    return True


def gone(engine: sa.Engine, inside: Callable[[str], bool], there: Callable[[Sequence[str]], Collection[str]]) -> tuple[list[Source], int]:
    """Sources of folders that a run looks through (`inside` says of which) that are no longer there, and how many were forgotten.

    Those with stored rows are marked `gone` and returned each time, the rest is forgotten with its note. `there` is asked last which of some
    locations are there after all: another run may have stored what this one has not seen.
    """
    stored = ask(engine, lambda connection: connection.execute(sa.select(tables.source.c.location)).scalars().all())
    absent = [location for location in stored if inside(location)]
    found = there(absent) if absent else ()
    missing = list(states(engine, [location for location in absent if location not in found]).values())
    kept, rest = [x for x in missing if x.key is not None], [x for x in missing if x.key is None]
    mark(engine, [replace(x, state="gone") for x in kept if x.state != "gone"])
    forget(engine, rest)
    return sorted(kept, key=lambda x: x.location), len(rest)


def forget(engine: sa.Engine, sources: Sequence[Source]) -> None:
    """Drop sources that have no rows, and the notes of their failures."""
    if not sources:
        return

    def work(connection: sa.Connection) -> None:
        for some in _chunks([x.id for x in sources]):
            connection.execute(sa.delete(tables.source).where(tables.source.c.id.in_(some)))
        for some in _chunks([x.name for x in sources]):
            connection.execute(sa.delete(tables.issue).where(tables.issue.c.document.in_(some), tables.issue.c.document_id.is_(None)))

    transact(engine, work)
