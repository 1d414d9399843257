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
    for some in _chunks(sorted({name for location in new for name in wanted[location]})):
        holders |= {row.name: _source(row) for row in connection.execute(sa.select(tables.source).where(s.name.in_(some)))}
    taken = set(names.values())
    rows = []
    for location in new:
        for name in wanted[location]:
            holder = holders.get(name)
            if name in taken or (holder is not None and not _takes_over(connection, holder, location, moved)):
                continue
            break
        taken.add(name)
        names[location] = name
        rows.append({"id": key("source", location), "location": location, "name": name, "state": "waiting"})
    upsert_rows(connection, tables.source, [{**dict.fromkeys(_FIELDS), **row} for row in rows])
    return names


def _takes_over(connection: sa.Connection, holder: Source, location: str, moved: Callable[[str, Source], bool]) -> bool:
    """Whether a location is the new place of a source; the row of the old place goes."""
    if not moved(location, holder):
        return False
    connection.execute(sa.delete(tables.source).where(tables.source.c.id == holder.id))
    return True


def gone(engine: sa.Engine, inside: Callable[[str], bool], present: Collection[str]) -> list[Source]:
    """Sources of folders that a run looks through (`inside` says of which) that are no longer there: those with stored rows are marked `gone`
    and returned each time, the rest is forgotten with its note."""
    stored = ask(engine, lambda connection: connection.execute(sa.select(tables.source.c.location)).scalars().all())
    missing = list(states(engine, [location for location in stored if location not in present and inside(location)]).values())
    kept = [x for x in missing if x.key is not None]
    mark(engine, [replace(x, state="gone") for x in kept if x.state != "gone"])
    forget(engine, [x for x in missing if x.key is None])
    return sorted(kept, key=lambda x: x.location)


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
