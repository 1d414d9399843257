"""Which files, in which order, and what to do when one fails."""

from __future__ import annotations

import csv
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from extractors import rules
from pipeline import store
from pipeline.normalise import key
from pipeline.parsers import PARSERS
from pipeline.parsers.text import decode
from pipeline.run import process_file
from schemas import vocab
from schemas.errors import ParseError, StoreError, ZhibiaoError
from schemas.types import Issue

_GIVEN = {
    "title": ("title", "what", "标题", "名称"),
    "source": ("source", "url", "来源", "网址"),
    "publish_date": ("publish_date", "published", "发布日期"),
    "issue_date": ("issue_date", "issued", "成文日期"),
    "issuer": ("issuer", "发文机关"),
    "doc_number": ("doc_number", "文号"),
    "region": ("region", "地区"),
    "notes": ("notes", "备注", "说明"),
}


@dataclass(slots=True)
class Report:
    """What a run did."""

    started: str
    seconds: float = 0.0
    documents: int = 0
    tasks: int = 0
    targets: int = 0
    failed: list[str] = field(default_factory=list)
    issues: Counter[str] = field(default_factory=Counter)
    uncovered: Counter[str] = field(default_factory=Counter)


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Documents (files given, and files directly in folders given; sorted, hidden ones left out) and sources lists beside them.

    Raises ParseError for a path that does not exist.
    """
    files: list[Path] = []
    lists: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
            lists += [p for p in inside if _is_sources_list(p)]
            files += [p for p in inside if not _is_sources_list(p)]
        elif path.exists():
            files.append(path)
            lists += [p for p in sorted(path.parent.iterdir()) if p.is_file() and _is_sources_list(p)]
        else:
            raise ParseError(f"{path}: no such file or folder")
    return files, list(dict.fromkeys(lists))


def _is_sources_list(path: Path) -> bool:
    return path.name.lower() in ("sources.csv", "sources.tsv")


def read_given(lists: Sequence[Path]) -> dict[str, dict[str, str]]:
    """What the sources lists say of each file (by its name). Raises ParseError naming the list and the missing column."""
    given: dict[str, dict[str, str]] = {}
    for path in lists:
        text, _, _ = decode(path.read_bytes())
        reader = csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        if "file" not in (reader.fieldnames or ()):
            raise ParseError(f"{path}: a sources list needs a column “file”; it has {', '.join(reader.fieldnames or ['none'])}")
        for row in reader:
            values = {name: row[column].strip() for name, columns in _GIVEN.items() for column in columns if row.get(column) and row[column].strip()}
            given[row["file"]] = values
    return given


def run(paths: Sequence[Path], engine: sa.Engine, watch: Callable[[Sequence[Path]], Iterator[Path]] = iter) -> Report:
    """Process and store all files; a file that fails is noted and the batch goes on. `watch` may show progress."""
    report = Report(datetime.now(UTC).isoformat(timespec="seconds"))
    begun = time.monotonic()
    files, lists = find_files(paths)
    given = read_given(lists)
    store.upgrade(engine)
    seen: dict[str, Path] = {}
    for path in watch(files):
        try:
            if path.stem in seen:
                raise ParseError(f"{path}: a document named {path.stem} was read from {seen[path.stem].name} in this run; rename one of them")
            if path.suffix.lower() not in PARSERS:
                raise ParseError(f"{path}: no parser for {path.suffix or 'files without ending'} (there are: {', '.join(sorted(PARSERS))})")
            seen[path.stem] = path
            _one(path, given.get(path.name, {}), engine, report)
        except (ParseError, StoreError) as error:
            _failed(path, error, engine, report)
    report.seconds = time.monotonic() - begun
    _save(engine, report)
    return report


def _one(path: Path, given: Mapping[str, str], engine: sa.Engine, report: Report) -> None:
    result = process_file(path, given)
    store.save(engine, result.rows)
    store.forget_failure(engine, path.stem)
    report.documents += 1
    report.tasks += len(result.extraction.tasks)
    report.targets += len(result.extraction.targets)
    report.issues.update(issue.code for issue in result.rows.issues)
    report.uncovered.update(u.reason for u in result.extraction.uncovered)


def _failed(path: Path, error: ZhibiaoError, engine: sa.Engine, report: Report) -> None:
    code = "parse_failed" if isinstance(error, ParseError) else "store_failed"
    report.failed.append(str(error))
    report.issues[code] += 1
    store.save_failure(engine, path.stem, Issue("error", code, path.name, str(error)))


def _save(engine: sa.Engine, report: Report) -> None:
    store.save_run(
        engine,
        {
            "id": key(report.started, str(report.seconds)),
            "started": report.started,
            "seconds": round(report.seconds, 3),
            "documents": report.documents,
            "tasks": report.tasks,
            "targets": report.targets,
            "failed": len(report.failed),
            "versions": f"rules {rules.version()} vocab {vocab.version()}",
        },
    )
