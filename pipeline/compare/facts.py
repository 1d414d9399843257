"""What is stored, as DataFrames: documents, targets with their place and lead bodies, tasks, bodies of tasks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipeline import store
from pipeline.compare.beyond import Beyond
from schemas import tables

if TYPE_CHECKING:
    import pandas as pd

TARGET = [
    "id",
    "document_id",
    "task_id",
    "segment_id",
    "position",
    "indicator",
    "scope",
    "value_text",
    "unit",
    "baseline",
    "quote",
    "kind",
    "operator",
    "value",
    "value_max",
    "change_direction",
    "deadline_raw",
    "deadline_kind",
    "deadline_start",
    "deadline_end",
    "status",
    "strength",
    "act",
    "indicator_id",
    "indicator_rule",
    "canonical_value",
    "canonical_value_max",
    "canonical_unit",
    "dimension",
    "review",
]
DOCUMENT = [
    "id",
    "name",
    "sha256",
    "format",
    "title",
    "doc_number",
    "issuer",
    "region",
    "region_code",
    "issue_date",
    "publish_date",
    "period_start",
    "period_end",
    "draft",
    "given",
    "follows",
    "follows_reason",
]
_PLACE = ["file", "page", "line", "table", "row", "sheet", "cell"]


COVERAGE = ["id", "document_id", "position", "reason", "text", "where"]
_TASK = ["id", "document_id", "position", "path", "title", "deadline_end", "deadline_kind"]
CHUNK = 500  # values in one statement


@dataclass(frozen=True, slots=True)
class Facts:
    """The stored rows that a comparison needs; ids are those of the database.

    `documents`: a row a document, `name` unique, `evidence`: id of its title's. `targets`: with `document`, `task` (number path), `lead`,
    `lead_function` (tuples of names), `evidence` (id of the value's), and its place. `tasks`: with `document`. `links`: task, body, role.
    `coverage`: numbers that gave no target. `failures`: documents that could not be read. `validity`: what documents say of validity.
    `beyond`: what the rows take from those that were not read; None where all were.
    """

    documents: pd.DataFrame
    targets: pd.DataFrame
    tasks: pd.DataFrame
    links: pd.DataFrame
    coverage: pd.DataFrame
    failures: pd.DataFrame
    validity: pd.DataFrame
    beyond: Beyond | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows are read: `documents` as rows; ids of documents whose `tasks` (None: only those that the targets are of) and `coverage` under
    some `reasons` (None: all) are wanted; the rows of `targets`; whether titles are, as evidence of findings.
    """

    documents: pd.DataFrame
    targets: pd.DataFrame
    tasks: Sequence[str] | None
    coverage: Sequence[str]
    reasons: Sequence[str] | None
    titles: bool


def load(engine: sa.Engine) -> Facts:
    """Everything that is stored. Raises StoreError where there is no database."""
    with store.reading(engine) as connection:
        documents = select(connection, tables.document, DOCUMENT)
        targets = select(connection, tables.target, TARGET)
        tasks = select(connection, tables.task, _TASK)
        evidence = _evidence(connection, "target", ("value", "quote"))
        titles, heads = (_evidence(connection, table, ("title",))[["id", "evidence"]] for table in ("task", "document"))
        coverage = select(connection, tables.coverage, COVERAGE)
        rest = _links(connection), coverage, failures(connection), _validity(connection)
    return _shaped(documents, targets, tasks, (evidence, titles, heads), *rest)


def load_part(connection: sa.Connection, part: Part, beyond: Beyond) -> Facts:
    """A part of what is stored, with what it takes from the rest."""
    documents, targets = part.documents["id"].tolist(), part.targets["id"].tolist()
    named: Within
    if part.tasks is None:
        named = (tables.task.c.id, [t for t in dict.fromkeys(part.targets["task_id"]) if isinstance(t, str)])
    else:
        named = (tables.task.c.document_id, part.tasks)
    tasks = select(connection, tables.task, _TASK, named)
    evidence = _evidence(connection, "target", ("value", "quote"), targets)
    titles = _evidence(connection, "task", ("title",), tasks["id"].tolist() if part.titles else ())[["id", "evidence"]]
    heads = _evidence(connection, "document", ("title",), documents if part.titles else ())[["id", "evidence"]]
    links = _links(connection, tasks["id"].tolist())
    coverage = select(connection, tables.coverage, COVERAGE, (tables.coverage.c.document_id, part.coverage), part.reasons)
    validity = _validity(connection, documents)
    found = _shaped(part.documents, part.targets, tasks, (evidence, titles, heads), links, coverage, failures(connection), validity)
    return replace(found, beyond=beyond)


def _shaped(
    documents: pd.DataFrame,
    targets: pd.DataFrame,
    tasks: pd.DataFrame,
    evidence: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    links: pd.DataFrame,
    coverage: pd.DataFrame,
    failures: pd.DataFrame,
    validity: pd.DataFrame,
) -> Facts:
    """The rows in the order of documents and text, each with what other tables say of it; `evidence`: of targets, tasks, documents."""
    places, titles, heads = evidence
    documents["given"] = [json.loads(g or "{}") for g in documents["given"]]
    documents = documents.merge(heads, on="id", how="left").sort_values("name", ignore_index=True)
    order = documents.reset_index().set_index("id")["index"]
    names = documents.set_index("id")["name"]
    for frame in (targets, tasks, coverage):
        frame["document"] = frame["document_id"].map(names).astype(object)  # also where there is no document at all
        frame["order"] = frame["document_id"].map(order)
    targets = targets.sort_values(["order", "position"], ignore_index=True)
    tasks = tasks.sort_values(["order", "position"], ignore_index=True).merge(titles, on="id", how="left")
    targets["task"] = targets["task_id"].map(tasks.set_index("id")["path"])
    targets = targets.merge(places, on="id", how="left")
    leads = _leads(links)
    for column in ("lead", "lead_function"):
        targets[column] = _mapped(targets["task_id"], leads[column])
        tasks[column] = _mapped(tasks["id"], leads[column])
    return Facts(documents, targets, tasks, links, coverage.sort_values(["order", "position"], ignore_index=True), failures, validity)


Within = tuple[Any, Sequence[str]]  # a column, and the values of which it has one


def select(
    connection: sa.Connection, table: sa.Table, columns: Sequence[str], within: Within | None = None, reasons: Sequence[str] | None = None
) -> pd.DataFrame:
    """Columns of the rows of a table, column by column."""
    query = sa.select(*(table.c[name] for name in columns))
    if reasons is not None:
        query = query.where(table.c.reason.concat("").in_(reasons))
    return frame(connection, query, columns, within)


def frame(connection: sa.Connection, query: sa.Select[Any], columns: Sequence[str], within: Within | None = None) -> pd.DataFrame:
    """The rows of a query, column by column (several times faster than row by row); those `within` so many values at a time."""
    import pandas as pd

    if within is None:
        rows = connection.execute(query).fetchall()
    else:
        column, wanted = within
        parts = (wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK))
        rows = [row for some in parts for row in connection.execute(query.where(column.in_(list(some)))).fetchall()]
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    return pd.DataFrame(dict(zip(columns, values, strict=True)), dtype=object)


def _evidence(connection: sa.Connection, table: str, slots: Sequence[str], rows: Sequence[str] | None = None) -> pd.DataFrame:
    """Row id → id and place of the first piece of its evidence; of several slots the one named first."""
    import pandas as pd

    e = tables.evidence.c
    query = sa.select(e.row_id, e.id, e.slot, *(e[name] for name in _PLACE)).where(e.row_table == table, e.slot.in_(slots), e.position == 0)
    found = frame(connection, query, ["id", "evidence", "slot", *_PLACE], None if rows is None else (e.row_id, rows))
    found["slot"] = pd.Categorical(found["slot"], list(slots), ordered=True)
    return found.sort_values("slot", kind="stable").drop_duplicates("id").drop(columns="slot")


def count(connection: sa.Connection) -> int:
    """The number of targets that are stored."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(tables.target)).scalar_one())


def failures(connection: sa.Connection) -> pd.DataFrame:
    """Documents of which nothing is stored, a row for each issue that says so."""
    issue = tables.issue.c
    query = sa.select(issue.document).where(issue.document_id.is_(None)).order_by(store.by_characters(connection, issue.document))
    return frame(connection, query, ["document"])


def _validity(connection: sa.Connection, documents: Sequence[str] | None = None) -> pd.DataFrame:
    """What documents say of validity, in text order."""
    validity, document = tables.validity.c, tables.document.c
    columns = ["id", "kind", "value", "date_end", "title", "doc_number", "raw"]
    query = sa.select(document.name, validity.position, *(validity[c] for c in columns))
    query = query.join_from(tables.validity, tables.document, validity.document_id == document.id)
    within = None if documents is None else (validity.document_id, documents)
    found = frame(connection, query, ["document", "position", *columns], within).sort_values(["document", "position"], ignore_index=True)
    evidence = _evidence(connection, "validity", ("raw",), None if documents is None else found["id"].tolist())
    return found.drop(columns="position").merge(evidence[["id", "evidence"]], on="id", how="left")


def _links(connection: sa.Connection, tasks: Sequence[str] | None = None) -> pd.DataFrame:
    link, body = tables.task_body.c, tables.body.c
    query = sa.select(link.task_id, link.role, link.text, body.function).join_from(tables.task_body, tables.body, link.body_id == body.id)
    query = query.order_by(link.task_id, link.role, link.position)
    return frame(connection, query, ["task_id", "role", "body", "function"], None if tasks is None else (link.task_id, tasks))


def _leads(links: pd.DataFrame) -> dict[str, dict[str, tuple[str, ...]]]:
    """Task id → names and functions of the bodies that lead; where none leads, of those responsible, then of those that carry out."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"lead": {}, "lead_function": {}}
    for role in ("implement", "responsible", "lead"):
        mine = links[links["role"] == role]
        names, functions, edges = mine["body"].tolist(), mine["function"].tolist(), _edges(mine["task_id"].tolist())
        for task, start, end in edges:
            found["lead"][task] = tuple(names[start:end])
            parts = (f for text in functions[start:end] if text for f in text.split("、"))
            found["lead_function"][task] = tuple(dict.fromkeys(parts))
    return found


def _edges(keys: Sequence[str]) -> Iterable[tuple[str, int, int]]:
    """Runs of equal keys: key, first place, place behind the last."""
    start = 0
    for i in range(1, len(keys) + 1):
        if i == len(keys) or keys[i] != keys[start]:
            yield keys[start], start, i
            start = i


def _mapped(keys: pd.Series[Any], values: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [values.get(key, ()) for key in keys.tolist()]


def paths(engine: sa.Engine, documents: Sequence[str]) -> dict[str, frozenset[str]]:
    """Document id → the paths of all its numbered paragraphs and rows, whether they are tasks or not."""
    segment = tables.segment.c
    found: dict[str, set[str]] = {}
    with store.reading(engine) as connection:
        for start in range(0, len(documents), 500):
            some = documents[start : start + 500]
            query = sa.select(segment.document_id, segment.path).where(segment.document_id.in_(some), segment.path.is_not(None))
            for document, path in connection.execute(query.distinct()):
                found.setdefault(document, set()).add(path)
    return {document: frozenset(some) for document, some in found.items()}


def contexts(engine: sa.Engine, targets: pd.DataFrame, around: int = 60) -> dict[str, tuple[str, str, str]]:
    """Target id → what stands before, in and behind its quote in the source (`around` characters on either side)."""
    evidence, document = tables.evidence.c, tables.document.c
    found: dict[str, tuple[str, str, str]] = {}
    with store.reading(engine) as connection:
        for name, rows in targets.groupby("document_id", sort=False):
            text = connection.execute(sa.select(document.text).where(document.id == name)).scalar_one()
            query = (
                sa.select(evidence.row_id, sa.func.min(evidence.start), sa.func.max(evidence.end))
                .where(evidence.document_id == name, evidence.row_table == "target", evidence.slot == "quote")
                .group_by(evidence.row_id)
            )
            wanted = set(rows["id"])
            for target, start, end in connection.execute(query):
                if target in wanted:
                    found[target] = text[max(0, start - around) : start], text[start:end], text[end : end + around]
    return found
