"""Checks before publishing: what is stored against expectations, and against what the run before left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
import yaml

from pipeline import store
from pipeline.store import FILLED
from schemas.errors import ZhibiaoError

_DEFAULT = Path(__file__).with_name("check.yaml")
_COUNTED = ("document", "task", "target", "coverage")
_NAMED = 20  # documents, at most, that a finding names


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is expected; see `check.yaml`. Shares are 0 to 1."""

    minimum: Mapping[str, int]
    drop: float
    fill: Mapping[str, float]
    fill_drop: float
    failed: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; nothing is published while one is `fatal`."""

    level: Literal["fatal", "warning"]
    code: str
    message: str


def expectations(path: Path | None = None) -> Expectations:
    """The expectations of the package, changed by a file. Raises ZhibiaoError naming file and entry where it says what is not known."""
    known = Expectations(**yaml.safe_load(_DEFAULT.read_text("utf-8")))
    if path is None:
        return known
    try:
        said = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ZhibiaoError(f"{path}: the expectations cannot be read ({' '.join(str(error).split())})") from error
    allowed = {field.name: getattr(known, field.name) for field in fields(Expectations)}
    if not isinstance(said, dict) or set(said) - set(allowed):
        raise ZhibiaoError(f"{path}: expectations are {', '.join(allowed)}; see pipeline/check.yaml")
    for name, value in said.items():
        _valid(path, name, value)
    return replace(known, **said)


def _valid(path: Path, name: str, value: Any) -> None:
    """Raises ZhibiaoError for a value of another kind than is expected."""
    entries = {"minimum": set(_COUNTED), "fill": {f"{table}.{field}" for table, names in FILLED.items() for field in names}}
    if name not in entries:
        if not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ZhibiaoError(f"{path}: {name}: {value!r} is no share between 0 and 1")
        return
    numbers = isinstance(value, dict) and all(isinstance(v, int | float) for v in value.values())
    if not numbers or set(value) - entries[name]:
        raise ZhibiaoError(f"{path}: {name}: numbers for some of {', '.join(sorted(entries[name]))} are expected")


def check(database: sa.Engine, expected: Expectations, evidence: bool = False, number: int | None = None) -> list[Finding]:
    """What is odd about what is stored and about a run (`number`; default: the last that has ended), the fatal first.

    `evidence`: also read every evidence row again.

    Raises StoreError where there is no database.
    """
    ended = [run for run in store.read_runs(database, limit=200) if run["report"]]
    runs = [run["report"] for run in ended if number is None or run["number"] <= number]
    stored = store.totals(database)
    before: Mapping[str, Any] = next((run["stored"] for run in runs[1:] if run.get("stored")), {})
    found = [
        *_minimum(stored, expected),
        *_drops(stored, before, expected),
        *_fill(stored, before, expected),
        *_last(runs[0] if runs else {}, expected),
        *_totals(database),
    ]
    if evidence:
        found += [Finding("fatal", "evidence", message) for message in store.broken_evidence(database)]
    return sorted(found, key=lambda finding: finding.level != "fatal")


def _minimum(stored: Mapping[str, Any], expected: Expectations) -> Iterator[Finding]:
    for table, least in expected.minimum.items():
        if stored[table] < least:
            yield Finding("fatal", "minimum", f"{table}: {stored[table]:,} rows are stored, at least {least:,} are expected")


def _drops(stored: Mapping[str, Any], before: Mapping[str, Any], expected: Expectations) -> Iterator[Finding]:
    for table in ("document", "task", "target"):
        was, now = before.get(table, 0), stored[table]
        if was and now < was * (1 - expected.drop):
            yield Finding("warning", "drop", f"{table}: {now:,} rows are stored, {was:,} were after the run before ({now / was - 1:.0%})")


def _fill(stored: Mapping[str, Any], before: Mapping[str, Any], expected: Expectations) -> Iterator[Finding]:
    for name, least in expected.fill.items():
        if name in stored and stored[name] < least:
            yield Finding("warning", "fill", f"{name}: filled in {stored[name]:.1%} of the rows, at least {least:.1%} are expected")
    for name, share in stored.items():
        if "." in name and name in before and share < before[name] - expected.fill_drop:
            yield Finding("warning", "fill_drop", f"{name}: filled in {share:.1%} of the rows, {before[name]:.1%} after the run before")


def _totals(database: sa.Engine) -> Iterator[Finding]:
    """Totals rows that do not add up; each is an issue of its document."""
    names = store.documents_with(database, "total_differs")
    if names:
        shown = "、".join(names[:_NAMED])
        yield Finding("warning", "totals", f"in {len(names):,} documents totals rows of tables do not add up (issue total_differs): {shown}")


def _last(report: Mapping[str, Any], expected: Expectations) -> Iterator[Finding]:
    """What the report of the last run shows."""
    counts: Mapping[str, int] = report.get("counts", {})
    bad = counts.get("failed", 0) + counts.get("quarantined", 0)
    if report.get("found") and bad > report["found"] * expected.failed:
        yield Finding("warning", "failed", f"{bad:,} of {report['found']:,} documents could not be read")
    if report.get("stopped"):
        yield Finding("warning", "stopped", f"the last run stopped before its end: {report['stopped']}")
    for name, before, now in report.get("dropped", [])[:_NAMED]:
        yield Finding("warning", "document_drop", f"{name}: {now} targets, {before} before")
    if counts.get("gone", 0) > report.get("pruned", 0):
        named = "、".join(report["gone"][:_NAMED])
        yield Finding("warning", "gone", f"{counts['gone']:,} documents are stored whose files are gone (run --prune deletes their rows): {named}")
