"""Which files, in which order, and what to do when one fails."""

from __future__ import annotations

import csv
import io
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from extractors import reader, rules
from pipeline import store
from pipeline.evidence import key
from pipeline.members import belongs_to_page, is_junk, is_sources_list, readable
from pipeline.parsers.sniff import expected_format
from pipeline.parsers.text import decode
from pipeline.run import process_file
from schemas import vocab
from schemas.errors import ModelError, ParseError, RuleError, StoreError
from schemas.limits import Limits
from schemas.types import Issue

_log = logging.getLogger(__name__)
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


def find_files(paths: Sequence[Path], out: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Documents (files given, and all that stands directly in folders given; sorted, hidden ones left out) and sources lists beside them.

    A folder given is a batch. A folder inside it is one document, a plan of several files; `out`, where the results go, is none,
    nor is what a browser saves beside a page, or what systems leave behind. A path given twice counts once.
    Raises ParseError for a path that does not exist or a folder that cannot be read.
    """
    files: list[Path] = []
    lists: list[Path] = []
    results = os.path.realpath(out) if out else None
    for path in paths:
        try:
            if path.is_dir():
                inside = sorted(path.iterdir())
                names = [p.name for p in inside]
                files += [p for p in inside if not (is_junk(p.name) or os.path.realpath(p) == results or belongs_to_page(p.name, names))]
                lists += [p for p in inside if p.is_file() and is_sources_list(p.name)]
            elif path.exists():
                files.append(path)
                lists += [p for p in sorted(path.parent.iterdir()) if p.is_file() and is_sources_list(p.name)]
            else:
                raise ParseError(f"{readable(str(path))}: no such file or folder")
        except OSError as error:
            raise ParseError(f"{readable(str(path))}: cannot be read ({error.strerror})") from error
    return list({os.path.abspath(p): p for p in files}.values()), list(dict.fromkeys(lists))


def name_documents(files: Sequence[Path]) -> dict[Path, str]:
    """Each file's document name, all different: its name without the last ending, where taken its whole name, then its path.

    Files whose ending names a format that is read choose first: plan.rar does not take the name of plan.txt beside it.
    """
    names: dict[str, Path] = {}
    for path in sorted(files, key=lambda p: expected_format(p.name) is None and not p.is_dir()):
        choices = (path.stem, path.name, str(path), os.path.abspath(path), repr(os.fsencode(os.path.abspath(path))))
        names[next(n for n in map(readable, choices) if n not in names)] = path
    return {path: name for name, path in names.items()}


def read_given(lists: Sequence[Path]) -> dict[str, dict[str, str]]:
    """What the sources lists say of each file (by its name). Raises ParseError naming the list and the missing column."""
    given: dict[str, dict[str, str]] = {}
    for path in lists:
        try:
            text, _, _ = decode(path.read_bytes())
        except (ParseError, OSError) as error:
            raise ParseError(f"{readable(str(path))}: the sources list cannot be read ({error})") from error
        reader = csv.DictReader(io.StringIO(text), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        if "file" not in (reader.fieldnames or ()):
            raise ParseError(f"{path}: a sources list needs a column “file”; it has {', '.join(reader.fieldnames or ['none'])}")
        for row in reader:
            values = {name: row[column].strip() for name, columns in _GIVEN.items() for column in columns if row.get(column) and row[column].strip()}
            given[(row["file"] or "").strip().rstrip("/")] = values
    return given


def run(
    paths: Sequence[Path],
    engine: sa.Engine,
    watch: Callable[[Sequence[Path]], Iterator[Path]] = iter,
    out: Path | None = None,
    limits: Limits | None = None,
    second: bool = True,
) -> Report:
    """Process and store all files; a file that fails is noted and the batch goes on. `watch` may show progress; `second`: with the second reader.

    Raises ModelError before anything is read or stored where the second reader is asked for and missing.
    """
    if second:
        reader.model()
    report = Report(datetime.now(UTC).isoformat(timespec="seconds"))
    begun = time.monotonic()
    files, lists = find_files(paths, out)
    given = read_given(lists)
    store.upgrade(engine)
    names = name_documents(files)
    _forget_removed(paths, names, engine)
    for path in watch(files):
        try:
            _one(path, names[path], given.get(path.name, {}), engine, report, limits, second)
        except (RuleError, ModelError):
            raise
        except (ParseError, StoreError) as error:
            code = "parse_failed" if isinstance(error, ParseError) else "store_failed"
            _failed(path, names[path], code, str(error), engine, report)
        except Exception as error:  # a fault of ours that one document brings to light must not cost the others
            _log.exception("%s: unexpected error", path)
            message = f"{readable(str(path))}: {type(error).__name__}: {error}; this is a fault of zhibiao: please report this with the file"
            _failed(path, names[path], "unexpected_error", message, engine, report)
    report.seconds = time.monotonic() - begun
    _save(engine, report)
    return report


def _one(path: Path, name: str, given: Mapping[str, str], engine: sa.Engine, report: Report, limits: Limits | None, second: bool) -> None:
    result = process_file(path, given, name, limits, second)
    store.save(engine, result.rows)
    store.forget_failure(engine, name)
    report.documents += 1
    report.tasks += len(result.extraction.tasks)
    report.targets += len(result.extraction.targets)
    report.issues.update(issue.code for issue in result.rows.issues)
    report.uncovered.update(u.reason for u in result.extraction.uncovered)


def _forget_removed(paths: Sequence[Path], names: Mapping[Path, str], engine: sa.Engine) -> None:
    """Drop the notes of earlier failures of files that stood directly in a folder of this run and are gone, or are called otherwise now.

    Notes about files anywhere else stay: this run does not know of them.
    """
    folders = {readable(str(p)) for p in paths if p.is_dir()}
    current = {readable(str(path)): name for path, name in names.items()}
    for name, where in store.failures(engine):
        if (os.path.dirname(where) or os.curdir) in folders and current.get(where) != name:
            store.forget_failure(engine, name)


def _failed(path: Path, name: str, code: str, message: str, engine: sa.Engine, report: Report) -> None:
    report.failed.append(message)
    report.issues[code] += 1
    store.save_failure(engine, name, Issue("error", code, readable(str(path)), message))


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
