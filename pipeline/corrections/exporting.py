"""What people decided, for others: gold annotations that the scorer reads, and lookups and aliases in the form of the vocabularies."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from pipeline.canonical import Match, match_indicator
from pipeline.corrections.asking import progress
from pipeline.corrections.cases import Case, cases
from pipeline.corrections.kinds import Values
from pipeline.corrections.records import record_of
from pipeline.corrections.stored import _C, _R, decisions
from pipeline.exporters.files import replacing
from schemas import tables
from schemas.names import squashed

_D, _T = tables.document.c, tables.target.c
REVIEW = "review.json"
_DOCUMENT = ("title", "doc_number", "issuer", "region", "issue_date", "publish_date", "period_start", "period_end", "draft")
_ROLES = ("lead", "cooperate", "responsible", "implement", "data_source")
_TARGET = ("indicator", "scope", "kind", "operator", "value", "value_max", "value_text", "unit", "change_direction", "baseline", "deadline", "status")
_DEADLINE = ("raw", "kind", "start", "end")
_LIKE = 0.5  # share of characters that a name must have in common with another to be proposed as its alias
_LOOKUPS = """# Names of indicators that people corrected, in the form of schemas/vocab/lookups.yaml: in `document`, what is read as
# `match` means `value`. Move the entries there that are right for good; the document is then read so without the correction.
"""
_ALIASES = """# Names that people read as an indicator of the vocabulary, as more aliases of it: judge each, then name this file in ZHIBIAO_VOCAB,
# or move the names to schemas/vocab/indicators.yaml.
"""


# --- gold ------------------------------------------------------------------------------------------------------------


def write_gold(connection: sa.Connection, out: Path) -> list[Path]:
    """Annotations of the documents that somebody reviewed, a folder each in the form of tests/gold, and `review.json`, which says how far each
    is reviewed: only what was accepted, corrected or added is a target there, so only documents that are `complete` can be scored for
    precision. Tasks are as the program reads them: nobody reviews these."""
    written = []
    told: dict[str, Values] = {}
    for document in _reviewed_documents(connection):
        name = document["name"]
        done = progress(connection, name)
        complete = done.decided == done.targets and not done.waits
        told[name] = {"complete": complete, "targets": done.targets, "decided": done.decided, **done.states, "waits": done.waits}
        targets = list(_targets(connection, document))
        files = {"document.json": json.dumps({k: document[k] for k in _DOCUMENT}, ensure_ascii=False) + "\n"}
        files |= {"tasks.jsonl": _jsonl(_tasks(connection, document)), "targets.jsonl": _jsonl(targets)}
        written += [_write(out / name / file, text) for file, text in files.items()]
    return [*written, _write(out / REVIEW, json.dumps(told, ensure_ascii=False, indent=1) + "\n")]


def _reviewed_documents(connection: sa.Connection) -> list[Values]:
    columns = [_D.id, *(_D[name] for name in ("name", *_DOCUMENT))]
    query = sa.select(*columns).where(_D.id.in_(sa.select(_R.document_id).distinct())).order_by(_D.name)
    return [dict(row._mapping) for row in connection.execute(query)]


def _targets(connection: sa.Connection, document: Mapping[str, Any]) -> Iterator[Values]:
    task = tables.task.c
    query = sa.select(tables.target, task.path).join_from(tables.target, tables.task, _T.task_id == task.id, isouter=True)
    query = query.where(_T.document_id == document["id"], _T.review.is_not(None)).order_by(_T.position)
    for number, row in enumerate(connection.execute(query), 1):
        mine = dict(row._mapping)
        record = record_of(mine)
        values = {name: record[name] if name in record else mine[name] for name in _TARGET}
        yield {"id": f"T{number:03d}", "task": row.path, **values, "quote": row.quote, "optional": False}


def _tasks(connection: sa.Connection, document: Mapping[str, Any]) -> Iterator[Values]:
    task, link = tables.task.c, tables.task_body.c
    bodies: dict[str, dict[str, list[str]]] = defaultdict(lambda: {role: [] for role in _ROLES})
    named = sa.select(link.task_id, link.role, link.text).where(link.document_id == document["id"]).order_by(link.position)
    for task_id, role, text in connection.execute(named):
        bodies[task_id][role].append(text)
    for row in connection.execute(sa.select(tables.task).where(task.document_id == document["id"]).order_by(task.position)):
        deadline = {part: getattr(row, f"deadline_{part}") for part in _DEADLINE} if row.deadline_kind else None
        yield {"task": row.path, "title": row.title, **bodies[row.id], "deadline": deadline}


def _jsonl(lines: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _write(path: Path, text: str) -> Path:
    with replacing(path) as temporary:
        temporary.write_text(text, "utf-8")
    return path


# --- vocabularies ------------------------------------------------------------------------------------------------------


def write_lookups(connection: sa.Connection, out: Path) -> list[Path]:
    """`lookups.yaml` and `aliases.yaml`: the corrected names of indicators, each with its reason and who gave it."""
    found = lookups(connection)
    return [
        _write(out / "lookups.yaml", _LOOKUPS + _yaml([{k: v for k, v in one.items() if k not in ("indicator", "unit")} for one in found])),
        _write(out / "aliases.yaml", _ALIASES + _yaml(aliases(found))),
    ]


def _yaml(entries: list[Values]) -> str:
    return yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=150) if entries else "[]\n"


def lookups(connection: sa.Connection) -> list[Values]:
    """An entry for each name that a document writes and a person corrected, the last correction of a name; with the indicator that it means.

    A name that people corrected to different names in one document (of several targets) gives none: one entry could not be right for all.
    """
    changed = sa.select(_C.subject).where(_C.field == "indicator").distinct()
    said: dict[tuple[str, str], list[Values]] = defaultdict(list)
    for case in cases(decisions(connection, _C.subject.in_(changed))):
        if (entry := _lookup(case)) is not None:
            said[entry["document"], entry["match"]].append(entry)
    return [some[-1] for _, some in sorted(said.items()) if len({entry["value"] for entry in some}) == 1]


def _lookup(case: Case) -> Values | None:
    """The entry of one target; None where no name was corrected, or the target was added or rejected."""
    base = case.base
    name = case.changes().get("indicator")
    if base is None or case.added or case.rejected or name is None or name == base["target"]["indicator"]:
        return None
    by = next(decision for decision in reversed(case.decisions) if "indicator" in decision.changes)
    target = base["target"]
    unit = case.changes().get("unit", target["unit"])
    meant = match_indicator(name, unit, case.changes().get("kind", target["kind"]))
    return {
        "document": by.document,
        "field": "indicator",
        "match": _folded(target["indicator"]),
        "value": name,
        "reason": f"{by.reason or '人工复核更正'}（{by.author}，{by.made[:10]}）",
        "indicator": meant.indicator.id if isinstance(meant, Match) else None,
        "unit": unit,
    }


def _folded(name: str) -> str:
    """A name as lookups are compared with it."""
    return unicodedata.normalize("NFKC", name)


def aliases(found: Iterable[Mapping[str, Any]]) -> list[Values]:
    """For each indicator of the vocabulary the names that people read as it and that it does not know yet, where they are like the right name."""
    names: dict[str, list[str]] = defaultdict(list)
    for entry in found:
        if entry["indicator"] is None or isinstance(match_indicator(entry["match"], entry["unit"]), Match):
            continue
        one, other = squashed(entry["match"]), squashed(entry["value"])
        if len(set(one) & set(other)) >= _LIKE * max(len(set(one)), len(set(other))) and entry["match"] not in names[entry["indicator"]]:
            names[entry["indicator"]].append(entry["match"])
    return [{"id": indicator, "aliases": some} for indicator, some in sorted(names.items())]
