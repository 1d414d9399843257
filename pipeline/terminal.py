"""What the command shows on a terminal: progress, the summary of a run, the matrix of a comparison."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.comparison import CHANGES, DUE, FINDINGS, NO_YEAR, STANDINGS, STATES, VALIDITY, VERDICTS, headings

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from pipeline.batch import Report
    from pipeline.compare.result import Comparison


def progress(files: Sequence[Path]) -> Iterator[Path]:
    """The files, with a bar on a terminal and plain lines in a log."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(files, description="读取", console=console, transient=True)
        return
    for i, path in enumerate(files, 1):
        console.print(f"[{i}/{len(files)}] {path.name}", markup=False, highlight=False)
        yield path


def summary(report: Report, written: Sequence[Path]) -> None:
    """What a run did, as a table on standard error."""
    from rich.console import Console
    from rich.table import Table

    console = Console(stderr=True, width=None if sys.stderr.isatty() else 110)
    table = Table("", "", title="zhibiao run", show_header=False)
    for name, value in (
        ("documents", report.documents),
        ("tasks", report.tasks),
        ("targets", report.targets),
        ("failed", len(report.failed)),
        ("seconds", f"{report.seconds:.1f}"),
    ):
        table.add_row(name, str(value))
    for code, count in sorted(report.issues.items()):
        table.add_row(f"issue {code}", str(count))
    for reason, count in sorted(report.uncovered.items()):
        table.add_row(f"numbers without target: {reason}", str(count))
    console.print(table)
    for message in report.failed:
        console.print(f"failed: {message}", markup=False, style="red", soft_wrap=True)
    console.print("written: " + ", ".join(str(p) for p in written), markup=False, soft_wrap=True)


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
