"""What the command shows on a terminal: the summary of a run, runs and their reports, the tables of a comparison."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.comparison import CHANGES, DUE, FINDINGS, NO_YEAR, STANDINGS, STATES, VALIDITY, VERDICTS, headings

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from pipeline.batch import Report
    from pipeline.check import Finding
    from pipeline.compare.result import Comparison


def summary(report: Report, findings: Sequence[Finding], written: Sequence[Path] | None, quiet: bool = False) -> None:
    """What a run did, as a table on standard error; `written`: None where publishing is told elsewhere; `quiet`: failures and fatal findings only."""
    from rich.console import Console

    console = Console(stderr=True, width=None if sys.stderr.isatty() else 110)
    if not quiet:
        console.print(_report_table(report.as_dict()))
    for name, messages in (("failed", report.failed), ("quarantined", report.quarantined), ("gone", report.gone)):
        for message in messages[:_LISTED]:
            console.print(f"{name}: {message}", markup=False, style="red" if name != "gone" else "yellow", soft_wrap=True)
        if len(messages) > _LISTED:
            console.print(f"{name}: {len(messages) - _LISTED} more; `zhibiao runs {report.number}` lists them", style="red")
    for finding in findings:
        if finding.level == "fatal" or not quiet:
            style = "red" if finding.level == "fatal" else "yellow"
            console.print(f"{finding.level}: {finding.message}", markup=False, style=style, soft_wrap=True)
    if report.stopped:
        console.print(f"the run stopped: {report.stopped}; run again to go on where it stopped", markup=False, style="red", soft_wrap=True)
    elif any(finding.level == "fatal" for finding in findings):
        console.print("nothing was published: what was written before stands", style="red")
    elif not quiet and written is not None:
        where = f"{len(written)} files in {os.path.commonpath([path.parent for path in written])}" if written else "nothing, all is up to date"
        console.print(f"written: {where}", markup=False, soft_wrap=True)


def _report_table(report: Mapping[str, Any]) -> Table:
    """The report of a run in two columns."""
    from rich.table import Table

    table = Table("", "", title=f"zhibiao run {report['number']}", show_header=False)
    for name in ("status", "found", "documents", "unchanged", "tasks", "targets"):
        table.add_row(name, str(report[name]))
    for name, count in report["counts"].items():
        if count or name == "failed":
            table.add_row(name, str(count))
    table.add_row("seconds", f"{report['seconds']:.1f}")
    for code, count in sorted(report["issues"].items()):
        table.add_row(f"issue {code}", str(count))
    for reason, count in sorted(report["uncovered"].items()):
        table.add_row(f"numbers without target: {reason}", str(count))
    return table


def print_runs(found: Sequence[Mapping[str, Any]]) -> None:
    """Runs as a table on standard output, a line each."""
    from rich.console import Console
    from rich.table import Table

    columns = ("number", "started", "status", "seconds", "documents", "unchanged", "targets", "failed", "gone")
    table = Table(*columns)
    for run in found:
        report = run["report"]
        more = {"unchanged": report.get("unchanged"), "gone": report.get("counts", {}).get("gone")}
        table.add_row(*("" if (value := {**run, **more}[name]) is None else str(value) for name in columns))
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def print_run(run: Mapping[str, Any]) -> None:
    """The whole report of a run on standard output."""
    from rich.console import Console

    report, console = run["report"], Console(width=None if sys.stdout.isatty() else 140)
    console.print(f"run {run['number']}, {run['started']} to {run['finished'] or '–'}, {run['status']}; {run['versions']}", highlight=False)
    if not report:
        return
    console.print(_report_table(report))
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in report["stages"].items())
    console.print(f"{report['engine']}: {report['documents_per_second']} documents/s; {stages}; a worker grew by {report['growth_mb']} MB at most")
    console.print("stored afterwards: " + ", ".join(f"{k} {v:,}" if isinstance(v, int) else f"{k} {v:.0%}" for k, v in report["stored"].items()))
    for seconds, name in report["slowest"]:
        console.print(f"slow: {seconds:.2f} s {name}", markup=False)
    for kind in ("failed", "quarantined", "gone"):
        for message in report[kind]:
            console.print(f"{kind}: {message}", markup=False, soft_wrap=True)
    for name, before, now in report["dropped"]:
        console.print(f"dropped: {name}: {now} targets, {before} before", markup=False)


_LISTED = 20  # failures that the summary of a run names

# columns of a table on a terminal; the files have all of them
_COLUMNS = {
    "findings": ("type", "change", "region", "documents", "tasks", "indicator", "values", "reason"),
    "changes": (
        "region",
        "indicator",
        "change",
        "before_document",
        "before_shown",
        "before_deadline",
        "after_document",
        "after_shown",
        "after_deadline",
    ),
    "standards": ("indicator", "region", "document", "shown", "threshold", "condition", "certainty", "verdict", "reason"),
    "pairs": ("indicator", "left_region", "left_shown", "left_year", "right_region", "right_shown", "right_year", "verdict", "reason", "stricter"),
    "load": ("region", "body", "function", "role", "year", "tasks", "targets"),
    "leads": ("indicator", "region", "lead", "lead_function", "differs", "document"),
    "timeline": ("date", "due", "region", "indicator", "shown", "scope", "lead", "document"),
    "plans": ("document", "region", "date", "plan", "edition", "validity", "validity_reason", "duplicate_of", "follows", "targets"),
}
_SIDES = {"left": "甲", "right": "乙", "equal": "相同"}
_CERTAINTY = {"verified": "已核实", "recalled": "凭记忆"}
_WORDS = {
    "type": FINDINGS,
    "change": CHANGES,
    "verdict": VERDICTS | STANDINGS,
    "due": DUE,
    "state": STATES,
    "validity": VALIDITY,
    "stricter": _SIDES,
    "certainty": _CERTAINTY,
}


def print_comparison(comparison: Comparison, view: str, every: bool, lang: str) -> None:
    """One table of a comparison; of the matrix, indicators that one column alone states only where `every` is asked for."""
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 200)
    for note in comparison.notes:
        print(note, file=sys.stderr)
    console.print(_matrix(comparison, every, lang) if view == "matrix" else _plain(comparison, view, lang))


def _plain(comparison: Comparison, view: str, lang: str) -> Table:
    from rich.table import Table

    names = headings(view, lang)
    table = Table(*(names[c] for c in _COLUMNS[view]), show_lines=False)
    for row in comparison.tables[view][list(_COLUMNS[view])].itertuples(index=False):
        table.add_row(*(_cell(column, value, lang) for column, value in zip(_COLUMNS[view], row, strict=True)))
    return table


def _cell(column: str, value: Any, lang: str) -> Text:
    from rich.text import Text

    if isinstance(value, list | tuple):
        return Text("、".join("—" if v is None else str(v) for v in value))
    if value is None or str(value) in ("nan", "<NA>"):
        return Text("")
    if isinstance(value, bool):
        return Text({True: "是", False: "否"}[value] if lang == "zh" else str(value).lower())
    return Text(_WORDS.get(column, {}).get(str(value), str(value)) if lang == "zh" else str(value))


def _matrix(comparison: Comparison, every: bool, lang: str) -> Table:
    """Indicators in rows, columns as asked for; a cell has its values with year, scope, rank and verdict, or its state."""
    from rich.table import Table
    from rich.text import Text

    frame = comparison.tables["matrix"]
    by = comparison.by
    frame = frame.assign(column=frame[by].astype("string").fillna(NO_YEAR))
    table = Table(headings("matrix", lang)["indicator"], *comparison.regions, show_lines=True)
    for _, row in frame.groupby("group", sort=False):
        if not every and row.loc[row["state"] == "stated", "column"].nunique() < 2:
            continue
        cells = [Text("\n".join(_line(line, lang) for line in row[row["column"] == column].to_dict("records"))) for column in comparison.regions]
        table.add_row(Text(str(row["indicator"].iloc[0])), *cells)
    return table


def _line(line: dict[Any, Any], lang: str) -> str:
    if line["state"] != "stated":
        return STATES[line["state"]] if lang == "zh" else str(line["state"])
    rank = f" #{int(line['rank'])}" if isinstance(line["rank"], int | float) and line["rank"] == line["rank"] else ""
    deadline = line["deadline"] or {}
    when = str((deadline.get("end") or "")[:4]) or {"continuous": "持续", "annual": "每年"}.get(str(deadline.get("kind")), "")
    notes = "，".join(x for x in (when, line["scope"] if isinstance(line["scope"], str) else "") if x)
    verdict = VERDICTS[line["verdict"]] if lang == "zh" else line["verdict"].replace("_", " ")
    return f"{line['shown']}{f'（{notes}）' if notes else ''}{rank} {verdict}"
