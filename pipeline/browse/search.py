"""Search in the texts of all documents: what the index proposes is looked at again in the texts, so that a hit is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from pipeline.browse import wording
from pipeline.store import searching
from pipeline.store.searching import Candidate
from schemas import tables

_WORDS = 8  # of one query
_POOL = 1000  # passages that are looked at and put in order together; more are reached by `before`
_ROUNDS = 5  # pools that are looked at where the ones before hold no hit
_SHOWN = 4  # passages of a document
_AROUND = 90  # characters around the first hit of a passage
_AT_ONCE = 500  # ids in one IN list
_DEADLINE = ("raw", "kind", "start", "end")
_QUERY = re.compile(r'"([^"]*)"|“([^”]*)”|([^\s"“]+)')


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words as they are searched; `left_out`: what of the query cannot be looked for."""

    words: tuple[str, ...]
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class Results:
    """Documents with hits in order, and `before`: the number from which older passages are reached, None where these are all."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    passages: int = 0
    before: int | None = None


def query(text: str) -> Query:
    """Words parted by blanks; what stands in quotes is one. `query('森林覆盖率 "GB 3838"').words == ("森林覆盖率", "gb3838")`."""
    words: list[str] = []
    left_out: list[str] = []
    for hit in _QUERY.finditer(text):
        raw = hit[hit.lastindex or 0]
        word = searching.searchable(raw).strip("\t")
        if not word:
            continue
        if len(words) >= _WORDS or len(word) > searching.LONGEST or "\t" in word or not searching.has_grams(word):
            left_out.append(raw[:80])
        elif word not in words:
            words.append(word)
    return Query(tuple(words), tuple(left_out))


def hits(passage: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where words stand in a passage, as offsets in it, in order; none where one of the words is not there."""
    folded = searching.searchable(passage)
    found: list[tuple[int, int]] = []
    for word in words:
        at = folded.find(word)
        if at < 0:
            return []
        while at >= 0:
            found.append((at, at + len(word)))
            at = folded.find(word, at + len(word))
    places = searching.places(passage)
    return sorted((places[a], places[b - 1] + 1) for a, b in found)


def search(
    connection: sa.Connection, asked: Query, region: str | None = None, year: str | None = None, kind: str | None = None, before: int | None = None
) -> Results:
    """The documents with passages that hold all words, best first: words in the title, then the number of hits, then the latest.

    `region`: the first 2, 4 or 6 figures of a code; `kind`: `table` or `text`.
    """
    if not asked.words:
        return Results()
    marks = [f"@r{region}"] if region else []
    marks += [f"@y{year}"] if year else []
    marks += [{"table": "@kt", "text": "@kp"}[kind]] if kind else []
    for _ in range(_ROUNDS):
        pool = searching.candidates(connection, asked.words, marks, _POOL, before)
        before = pool[-1].id if len(pool) == _POOL else None
        if (found := _verified(connection, pool, asked.words)) or before is None:
            break
    return Results(_grouped(connection, found, asked.words), len(found), before)


def _verified(connection: sa.Connection, pool: Sequence[Candidate], words: Sequence[str]) -> list[dict[str, Any]]:
    """The passages that hold the words, with their text and hits (offsets in the document); overlapping passages tell a hit once."""
    p, d = tables.passage.c, tables.document.c
    text = sa.func.substr(d.text, p.start + 1, p.end - p.start)
    found: list[dict[str, Any]] = []
    for first in range(0, len(pool), _AT_ONCE):
        some = {one.id: one for one in pool[first : first + _AT_ONCE]}
        rows = connection.execute(sa.select(p.id, text).join_from(tables.passage, tables.document, p.document_id == d.id).where(p.id.in_(some)))
        for number, passage in rows:
            one, here = some[number], hits(passage, words)
            if here:
                at = [(a + one.start, b + one.start) for a, b in here]
                found.append({"id": number, "document_id": one.document_id, "start": one.start, "text": passage, "hits": at})
    found.sort(key=itemgetter("id"))
    seen: set[tuple[str, int]] = set()
    for passage in found:
        passage["hits"] = [hit for hit in passage["hits"] if (passage["document_id"], hit[0]) not in seen]
        seen.update((passage["document_id"], start) for start, _ in passage["hits"])
    return [passage for passage in found if passage["hits"]]


def _grouped(connection: sa.Connection, found: Sequence[dict[str, Any]], words: Sequence[str]) -> list[dict[str, Any]]:
    d = tables.document.c
    by_document: dict[str, list[dict[str, Any]]] = {}
    for passage in found:
        by_document.setdefault(passage["document_id"], []).append(passage)
    ids, documents = list(by_document), {}
    columns = (d.id, d.name, d.title, d.region, d.region_code, d.issuer, d.doc_number, d.issue_date, d.publish_date, d.period_start, d.draft)
    for first in range(0, len(ids), _AT_ONCE):
        for row in connection.execute(sa.select(*columns).where(d.id.in_(ids[first : first + _AT_ONCE]))).mappings():
            documents[row["id"]] = dict(row)
    result = []
    for document_id, passages in by_document.items():
        document = documents[document_id]
        title = searching.searchable(document["title"] or document["name"])
        count = sum(len(passage["hits"]) for passage in passages)
        result.append(document | {"passages": passages, "hits": count, "in_title": sum(word in title for word in words)})
    result.sort(key=_dated, reverse=True)
    result.sort(key=lambda document: (-document["in_title"], -document["hits"]))
    return result


def _dated(document: dict[str, Any]) -> tuple[str, str]:
    return str(document["issue_date"] or document["publish_date"] or document["period_start"] or ""), document["name"]


def shown(connection: sa.Connection, documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Documents of a page of results, each with its first passages cut around their hits, with their place and the targets read there.

    Those that a run has replaced since they were found are left out.
    """
    found = []
    for document in documents:
        whole = connection.execute(sa.select(tables.document.c.text).where(tables.document.c.id == document["id"])).scalar()
        if whole is None:
            continue
        passages = [_passage(connection, document["id"], passage, whole) for passage in document["passages"][:_SHOWN]]
        found.append(document | {"passages": passages, "more": len(document["passages"]) - len(passages)})
    return found


def _passage(connection: sa.Connection, document: str, passage: dict[str, Any], whole: str) -> dict[str, Any]:
    start, text, found = passage["start"], passage["text"], passage["hits"]
    low = max(found[0][0] - start - _AROUND, 0)
    high = min(max(found[0][1] - start + _AROUND, low + 2 * _AROUND), len(text))
    line = text.rfind("\n", 0, found[0][0] - start) + 1
    low = max(low, line)
    here = [(a - start, b - start) for a, b in found if a - start >= low and b - start <= high]
    parts, at = [], low
    for a, b in here:
        if a >= at:
            parts += [(text[at:a], False), (text[a:b], True)]
            at = b
    parts.append((text[at:high], False))
    first, last = found[0]
    return {
        "start": first,
        "end": last,
        "cut_before": low > line,
        "cut_after": high < len(text),
        "parts": [(part.replace("\t", " ｜ "), marked) for part, marked in parts if part],
        "hits": len(found),
        **_place(connection, document, whole, (start + low, start + high), first),
    }


def _place(connection: sa.Connection, document: str, whole: str, around: tuple[int, int], at: int) -> dict[str, Any]:
    """Where a hit stands for a reader (page, table and row; as the nearest evidence in its line says, else the line of the text), and the
    targets read around it."""
    e, t = tables.evidence.c, tables.target.c
    line = whole.rfind("\n", 0, at) + 1, whole.find("\n", at) % (len(whole) + 1)  # of the last line, which nothing ends, to the end
    near = (
        sa.select(e.page, e.table, e.row)
        .where(e.document_id == document, e.start < line[1], e.end > line[0])
        .order_by(sa.func.abs(e.start - at))
        .limit(1)
    )
    place = connection.execute(near).mappings().first()
    low, high = around
    # the table's name as an expression: as a plain column SQLite would walk over the evidence of all documents by the index of rows
    of_targets = e.row_table.concat("") == "target"
    read = (
        sa.select(t.id, t.indicator, e.start, *(t[f"deadline_{part}"] for part in _DEADLINE), *(t[name] for name in wording.COLUMNS))
        .join_from(tables.evidence, tables.target, e.row_id == t.id)
        .where(e.document_id == document, of_targets, e.slot == "value", e.position == 0, e.start >= low, e.start < high)
        .order_by(e.start, t.position)
        .limit(6)
    )
    return {
        "place": {**(place or dict.fromkeys(("page", "table", "row"))), "line": whole.count("\n", 0, at) + 1},
        "targets": [_read(dict(row)) for row in connection.execute(read).mappings()],
    }


def _read(row: dict[str, Any]) -> dict[str, Any]:
    deadline = {part: row.pop(f"deadline_{part}") for part in _DEADLINE}
    return {**row, "shown": wording.shown(row), "deadline": deadline if deadline["kind"] else None}


def choices(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """The regions and years by which can be filtered, with the number of their documents."""
    d = tables.document.c
    regions = (
        sa.select(d.region_code, sa.func.min(d.region).label("region"), sa.func.count().label("documents"))
        .where(d.region_code.is_not(None))
        .group_by(d.region_code)
        .order_by(d.region_code)
    )
    dated = sa.func.substr(sa.func.coalesce(d.issue_date, d.publish_date, d.period_start), 1, 4)
    years = sa.select(dated.label("year"), sa.func.count().label("documents")).group_by(dated).order_by(dated.desc())
    return {
        "regions": [dict(row) for row in connection.execute(regions).mappings()],
        "years": [dict(row) for row in connection.execute(years).mappings() if row["year"]],
    }
