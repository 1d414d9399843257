"""The index of the search: passages of the texts, each with the pairs of characters that stand in it.

Words of two characters are the most frequent of Chinese, and no program knows for certain where words begin: so pairs are indexed, and what
has all pairs of a query is looked at again in the text itself (`pipeline/browse/search.py`). Beside them stand marks of the document (`@r4117`
of 411700, `@y2023`, `@kt` for tables), so that a filter costs no more than a further pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

import sqlalchemy as sa

from pipeline.store.connecting import insert_rows
from schemas import tables
from schemas.folded import fold

LONGEST = 64  # characters of one word of a query; passages cut inside a line overlap by as many, so that none is cut in two
_PASSAGE = 600  # characters: lines are put together up to this length, and cut beyond
_ROOM = 200  # by which one line may be longer than that
_AT_ONCE = 200  # documents or passages in one statement
_SIGNS = ".%/-+<>=~#&*"  # of ASCII, what is part of a pair; schemas/migrations/versions/m0007_search.py names them to FTS5
_LEFT_OUT = frozenset("$\\_^{}")  # what formulas leave in a text: PM _{2.5}


class _Folding(dict[int, str | None]):
    """Character → what is searched: half width, lower case; None for blanks. Filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        folded = "\t" if char == "\t" else "" if char in _LEFT_OUT else fold(char, [(0, 1)]).text.lower()
        self[code] = found = folded[:1] or None
        return found


class _Parts(dict[int, str]):
    """Character → itself where it is part of a pair, else a blank."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        whole = char in _SIGNS if code < 128 and not char.isalnum() else unicodedata.category(char)[0] in "LNSM"
        self[code] = found = char if whole else " "
        return found


_FOLDING, _PARTS = _Folding(), _Parts()


class _Both(dict[int, str | None]):
    """One after the other, for texts that are indexed."""

    def __missing__(self, code: int) -> str | None:
        folded = _FOLDING[code]
        self[code] = found = folded and _PARTS[ord(folded)]
        return found


_BOTH = _Both()


def searchable(text: str) -> str:
    """A text as it is searched: half width, lower case, without blanks and line breaks; cells stay apart. `"ＰＭ 2.5"` gives `"pm2.5"`."""
    return text.translate(_FOLDING)


def places(text: str) -> list[int]:
    """For each character of `searchable(text)`, its offset in the text."""
    return [i for i, char in enumerate(text) if _FOLDING[ord(char)] is not None]


def grams(text: str) -> set[str]:
    """The pairs of a text, and those of its characters that begin none."""
    found: set[str] = set()
    for run in text.translate(_BOTH).split():
        found.update(map(add, run, run[1:]))
        found.add(run[-1])
    return found


def cut(text: str) -> list[tuple[int, int]]:
    """The passages of a text: lines of one kind (table or not) put together, long ones cut with an overlap; blank ones left out."""
    found: list[tuple[int, int]] = []
    begin, end, kind = 0, 0, False
    for line in re.finditer(r"[^\n]+", text):
        start, stop = line.span()
        tabs = "\t" in line[0]
        if begin < end and (tabs != kind or stop - begin > _PASSAGE):
            found.append((begin, end))
            begin = end
        if begin >= end:
            begin = start
        end, kind = stop, tabs
        while end - begin > _PASSAGE + _ROOM:
            found.append((begin, begin + _PASSAGE))
            begin += _PASSAGE - LONGEST
    found.append((begin, end))
    return [(a, b) for a, b in found if text[a:b].strip()]


def year_of(document: Mapping[str, Any]) -> str | None:
    """The year that a document is of: of its date, else the first of its period."""
    date = document["issue_date"] or document["publish_date"] or document["period_start"]
    return str(date)[:4] if date else None


def _marks(document: Mapping[str, Any]) -> list[str]:
    code, year = document["region_code"], year_of(document)
    return [*(f"@r{code[:n]}" for n in (2, 4, 6) if code), *([f"@y{year}"] if year else [])]


def _indexed(connection: sa.Connection, text: str, marks: Sequence[str]) -> Any:
    """What the index holds of a passage: one string for FTS5, an array for PostgreSQL, which knows no prefixes."""
    kind = "@kt" if "\t" in text else "@kp"
    if connection.dialect.name == "sqlite":
        return " ".join((*grams(text), kind, *marks))
    return [*(grams(text) | set(text.translate(_BOTH).replace(" ", ""))), kind, *marks]


def index(connection: sa.Connection, documents: Sequence[Mapping[str, Any]]) -> None:
    """Put documents (rows of the table) that are not in it into the index."""
    p = tables.passage.c
    number = connection.execute(sa.select(sa.func.max(p.id))).scalar() or 0
    rows: list[dict[str, Any]] = []
    held: list[tuple[int, Any]] = []
    for document in documents:
        marks = _marks(document)
        for start, end in cut(document["text"]):
            number += 1
            rows.append({"id": number, "document_id": document["id"], "start": start, "end": end})
            held.append((number, _indexed(connection, document["text"][start:end], marks)))
    if not rows:
        return
    insert_rows(connection, tables.passage, rows)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO passage_index (rowid, grams) VALUES (?, ?)", held)
    else:
        connection.exec_driver_sql("INSERT INTO passage_index (id, grams) VALUES (%s, %s)", held)


def unindex(connection: sa.Connection, documents: Iterable[str]) -> None:
    """Take documents (ids) that are still stored out of the index: FTS5 must be told again what it holds of a passage."""
    ids, p, d = list(documents), tables.passage.c, tables.document.c
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        if connection.dialect.name == "sqlite":
            columns = (d.id, d.text, d.region_code, d.issue_date, d.publish_date, d.period_start)
            for row in connection.execute(sa.select(*columns).where(d.id.in_(some))).mappings().all():
                spans = connection.execute(sa.select(p.id, p.start, p.end).where(p.document_id == row["id"])).all()
                held = [(i, _indexed(connection, row["text"][start:end], _marks(dict(row)))) for i, start, end in spans]
                if held:
                    connection.exec_driver_sql("INSERT INTO passage_index (passage_index, rowid, grams) VALUES ('delete', ?, ?)", held)
        else:
            gone = sa.select(p.id).where(p.document_id.in_(some))
            connection.execute(sa.delete(sa.table("passage_index", sa.column("id"))).where(sa.column("id").in_(gone)))
        connection.execute(sa.delete(tables.passage).where(p.document_id.in_(some)))


def fill(connection: sa.Connection) -> int:
    """Index all documents that are not in it: those of a database from before there was one. Returns their number."""
    p, d = tables.passage.c, tables.document.c
    lacking = sa.select(d.id).where(~sa.exists().where(p.document_id == d.id), d.text != "").order_by(d.id)
    ids = connection.execute(lacking).scalars().all()
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        rows = connection.execute(sa.select(tables.document).where(d.id.in_(some)).order_by(d.id)).mappings()
        index(connection, [dict(row) for row in rows])
    return len(ids)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that has all pairs of a query: its number, its document, its offsets."""

    id: int
    document_id: str
    start: int
    end: int


def candidates(connection: sa.Connection, words: Sequence[str], marks: Sequence[str], limit: int, before: int | None = None) -> list[Candidate]:
    """Passages that may hold all words (as `searchable` gives them), the latest first; `before`: only those with a smaller number.

    Every word must have a character that is part of a pair (`has_grams`).
    """
    pairs, single = _asked(words)
    if connection.dialect.name == "sqlite":
        match = " ".join([*(f'"{gram}"' for gram in (*sorted(pairs), *marks)), *(f'"{char}" *' for char in sorted(single))])
        sql = (
            'SELECT p.id, p.document_id, p.start, p."end" FROM passage_index JOIN passage p ON p.id = passage_index.rowid '
            "WHERE passage_index MATCH :match AND (:before IS NULL OR passage_index.rowid < :before) ORDER BY passage_index.rowid DESC LIMIT :limit"
        )
        values: dict[str, Any] = {"match": match}
    else:
        sql = (
            'SELECT p.id, p.document_id, p.start, p."end" FROM passage_index i JOIN passage p ON p.id = i.id WHERE i.grams @> CAST(:grams AS text[]) '
            "AND (CAST(:before AS bigint) IS NULL OR i.id < CAST(:before AS bigint)) ORDER BY i.id DESC LIMIT :limit"
        )
        values = {"grams": [*pairs, *single, *marks]}
    return [Candidate(*row) for row in connection.execute(sa.text(sql), {**values, "before": before, "limit": limit})]


def has_grams(word: str) -> bool:
    """Whether a word can be looked for: it has a letter, a figure, a Chinese character or a sign that counts."""
    return bool(word.translate(_PARTS).split())


def _asked(words: Sequence[str]) -> tuple[set[str], set[str]]:
    """The pairs of words, and the characters of those parts of them that are one character long."""
    pairs: set[str] = set()
    single: set[str] = set()
    for run in (run for word in words for run in word.translate(_PARTS).split()):
        pairs.update(map(add, run, run[1:]))
        if len(run) == 1:
            single.add(run)
    return pairs, single - {char for pair in pairs for char in pair[:1]}
