"""Queries that tell what a comparison of a part of the database needs of all of it; each reads an index, or few rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipeline.canonical import squashed
from pipeline.compare.divisions import Divisions, Said
from pipeline.compare.facts import CHUNK, DOCUMENT, TARGET, frame, select
from pipeline.compare.grouping import READ, Grouping, Naming
from pipeline.compare.items import CEILINGS, FLOORS, Bounds, objects
from pipeline.compare.naming import parse_scope, verbs
from pipeline.compare.shared import Shared
from schemas import tables

if TYPE_CHECKING:
    import pandas as pd

_TARGET, _DOCUMENT = tables.target.c, tables.document.c
_NAMED = [_TARGET[name] for name in READ]
_PLACED = (_DOCUMENT.region, _DOCUMENT.region_code, _DOCUMENT.given)
_SCOPE = READ.index("scope")
WORDS = ["document_id", *READ, "value_text", "deadline_kind", "deadline_end"]  # what tells copies
_NUMERIC = ("level", "count", "change")


class Reader:
    """One connection, and the divisions of all documents. `bare`: ids of documents that do not say of which division they are, with what the list
    of sources says."""

    def __init__(self, connection: sa.Connection, shared: Shared | None = None) -> None:
        self.connection = connection
        self._shared = shared or Shared()
        self.divisions, self.bare = self._shared.located(self._places)
        self._own = {squashed(r) for r in map(self.divisions.shown, self.divisions.every()) if r}
        self._own |= {own[:-1] for own in self._own if len(own) > 2}

    def _places(self) -> tuple[Divisions, dict[str, Said]]:
        said = self.connection.execute(sa.select(_DOCUMENT.region, _DOCUMENT.region_code).where(_DOCUMENT.region > "").distinct()).all()
        nothing = sa.or_(_DOCUMENT.region.is_(None), _DOCUMENT.region == "")
        silent = self.connection.execute(sa.select(_DOCUMENT.id, *_PLACED).where(nothing)).all()
        bare = {identity: _said(*place) for identity, *place in silent}
        return Divisions([*((region, code) for region, code in said), *bare.values()]), bare

    def grouping(self) -> Grouping:
        """The rows in which targets stand."""
        return self._shared.grouped(lambda: Grouping(self.namings()))

    def namings(self) -> Counter[Naming]:
        """How often targets are named in each way: one walk over the index of names; targets whose scope may name their own place once more."""
        found: Counter[Naming] = Counter()
        local: set[str] = set()
        for *named, count in self.connection.execute(sa.select(*_NAMED, sa.func.count()).group_by(*_NAMED)):
            if self._local(scope := named[_SCOPE]):
                local.add(scope)
            else:
                found[(*named, parse_scope(scope, None))] += count
        for *named, region, code, given, count in self._of_scopes(local, sa.func.count()):
            found[self._naming(named, _said(region, code, given))] += count
        return found

    def bounds(self, grouping: Grouping, groups: Set[str]) -> dict[str, Bounds]:
        """What the targets of some rows say of the better direction."""
        found: dict[str, list[bool]] = {}
        names = sorted({str(naming[0]) for naming in grouping.namings(groups)})
        for naming, bits in self._shared.said(names, self._told):
            mine = found.setdefault(grouping.group(naming), [False] * 4)
            mine[:] = [a or bool(b) for a, b in zip(mine, bits, strict=True)]
        return {group: Bounds(*of) for group, of in found.items()}

    def _told(self, names: Sequence[str]) -> dict[str, list[tuple[Naming, Sequence[int]]]]:
        """Name → how its targets are named, and what they say of the better direction."""
        operator, quote = _TARGET.operator, _TARGET.quote
        plain = sa.or_(operator.is_(None), operator.not_in((*FLOORS, *CEILINGS)))
        up, down = (sa.or_(*(quote.contains(word) for word in words)) for words in verbs())
        tests = operator.in_(FLOORS), operator.in_(CEILINGS), sa.and_(plain, ~down, up), sa.and_(plain, down)
        told = [sa.func.max(sa.case((test, 1), else_=0)) for test in tests]
        free = _TARGET.kind.in_(_NUMERIC), _TARGET.value.is_not(None), _TARGET.status == "target"
        local: set[str] = set()
        query = sa.select(*_NAMED, *told).where(*free).group_by(*_NAMED)
        rows: dict[str, list[tuple[Naming, Sequence[int]]]] = {name: [] for name in names}
        for some in _chunked(names):
            for named, bits in _halves(self.connection.execute(query.where(_TARGET.indicator.in_(some)))):
                if self._local(named[_SCOPE]):
                    local.add(named[_SCOPE])
                else:
                    rows[named[0]].append(((*named, parse_scope(named[_SCOPE], None)), bits))
        for named, placed in _halves(self._of_scopes(local, *told, where=free)):
            if named[0] in rows:
                rows[named[0]].append((self._naming(named, _said(*placed[:3])), placed[3:]))
        return rows

    def _local(self, scope: str | None) -> bool:
        """Whether a scope may name the place that a document is of, so that it says nothing (驻马店市 in a plan of 驻马店市)."""
        bare = squashed(scope) if scope else ""
        return any(bare[:end] in self._own for end in range(2, len(bare) + 1))

    def _of_scopes(self, scopes: Set[str], *what: Any, where: Sequence[Any] = ()) -> Iterable[Sequence[Any]]:
        """What is said of targets of some scopes, by how they are named and by place."""
        query = sa.select(*_NAMED, *_PLACED, *what).join_from(tables.target, tables.document, _TARGET.document_id == _DOCUMENT.id)
        for some in _chunked(sorted(scopes)):
            yield from self.connection.execute(query.where(_TARGET.scope.in_(some), *where).group_by(*_NAMED, *_PLACED))

    def _naming(self, named: Sequence[Any], said: Said) -> Naming:
        return (*named, parse_scope(named[_SCOPE], self.divisions.shown(said)))

    def documents(self, columns: Set[str] | None) -> pd.DataFrame:
        """The documents of some columns of a comparison, None for all."""
        if columns is None:
            return select(self.connection, tables.document, DOCUMENT)
        said = set(self.divisions.said(columns))
        named = select(self.connection, tables.document, DOCUMENT, (_DOCUMENT.region, sorted({region for region, _ in said if region})))
        hits = (pair in said for pair in zip(named["region"], named["region_code"], strict=True))
        named = named[objects(hits, named).astype(bool)]
        return _joined(named, self.documents_by("id", [identity for identity, pair in self.bare.items() if pair in said]))

    def documents_by(self, column: str, values: Iterable[str]) -> pd.DataFrame:
        """The documents in which a column has one of some values."""
        return select(self.connection, tables.document, DOCUMENT, (_DOCUMENT[column], sorted(set(values))))

    def targets(self, documents: Sequence[str] | None, names: Sequence[str] | None) -> pd.DataFrame:
        """The targets of some documents that are named in some ways; None for all."""
        if documents is None:
            return select(self.connection, tables.target, TARGET, None if names is None else (_TARGET.indicator, names))
        query = sa.select(*(_TARGET[name] for name in TARGET))
        if names is not None and len(names) <= CHUNK:
            query = query.where(_TARGET.indicator.concat("").in_(names))  # an expression: the index of documents is the one to use
        return frame(self.connection, query, TARGET, (_TARGET.document_id, documents))

    def targets_by(self, column: str, values: Iterable[str]) -> pd.DataFrame:
        """The targets in which a column has one of some values."""
        return select(self.connection, tables.target, TARGET, (_TARGET[column], sorted(set(values))))

    def numbers(self, codes: Iterable[str], column: str, values: Sequence[str]) -> pd.DataFrame:
        """Targets with a number, of documents of divisions by code, in which a column has one of some values."""
        query = sa.select(*(_TARGET[name] for name in TARGET)).join_from(tables.target, tables.document, _TARGET.document_id == _DOCUMENT.id)
        query = query.where(_DOCUMENT.region_code.in_(sorted(codes)), _TARGET.value.is_not(None), _TARGET.status == "target")
        return frame(self.connection, query, TARGET, (_TARGET[column], values))

    def words(self, documents: Sequence[str] | None) -> pd.DataFrame:
        """What documents say, as far as copies are told by it."""
        return select(self.connection, tables.target, WORDS, None if documents is None else (_TARGET.document_id, documents))

    def sharing(self, words: Iterable[tuple[str, str]]) -> pd.DataFrame:
        """What documents say in which an indicator, as written, has a value, as written; with their divisions."""
        query = sa.select(*(_TARGET[name] for name in WORDS), *_PLACED).join_from(tables.target, tables.document, _TARGET.document_id == _DOCUMENT.id)
        pairs: list[Any] = sorted(set(words))
        return frame(self.connection, query, [*WORDS, "region", "region_code", "given"], (sa.tuple_(_TARGET.indicator, _TARGET.value_text), pairs))

    def shown(self, rows: pd.DataFrame) -> list[str | None]:
        """The division of each of some rows of documents."""
        places = zip(rows["region"], rows["region_code"], rows["given"], strict=True)
        return [self.divisions.shown(_said(region, code, given)) for region, code, given in places]

    def repeals(self) -> list[tuple[str, str]]:
        """Documents that repeal or extend others by their number, and that number."""
        v = tables.validity.c
        query = sa.select(v.document_id, v.doc_number).where(v.kind.in_(("repeals", "extends")), v.doc_number > "")
        return [(document, number) for document, number in self.connection.execute(query)]

    def sizes(self, documents: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Document id → number of its tasks, of its targets."""
        found: list[Mapping[str, int]] = []
        for table in (tables.task, tables.target):
            query = sa.select(table.c.document_id, sa.func.count()).group_by(table.c.document_id)
            rows = frame(self.connection, query, ["id", "n"], (table.c.document_id, documents))
            found.append(dict(zip(rows["id"], rows["n"], strict=True)))
        return {document: (found[0].get(document, 0), found[1].get(document, 0)) for document in documents}

    def named(self, documents: Sequence[str]) -> pd.DataFrame:
        """How the targets of documents are named, each way once for each document."""
        query = sa.select(_TARGET.document_id, *_NAMED).distinct()
        return frame(self.connection, query, ["document_id", *READ], (_TARGET.document_id, documents))


def _said(region: str | None, code: str | None, given: Any) -> Said:
    told = json.loads(given or "{}") if not region and isinstance(given, str) else {}
    return region or told.get("region") or None, code


def _halves(rows: Iterable[Sequence[Any]]) -> Iterable[tuple[Sequence[Any], Sequence[Any]]]:
    """How targets are named, and what is said of them."""
    return ((row[: len(READ)], row[len(READ) :]) for row in rows)


def _chunked(values: Sequence[str]) -> Iterable[list[str]]:
    return (list(values[start : start + CHUNK]) for start in range(0, len(values), CHUNK))


def _joined(*frames: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(frames, ignore_index=True)
