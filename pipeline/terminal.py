"""What the command shows on a terminal: progress, the summary of a run, the matrix of a comparison."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.batch import Report
    from pipeline.compare import Matrix


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


def print_matrix(matrix: Matrix, every: bool) -> None:
    """A comparison as a table; indicators that one region alone states only where `every` is asked for."""
    from rich.console import Console
    from rich.table import Table

    from pipeline.compare import cell_lines

    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table("指标", *matrix.regions, title="指标对比", show_lines=True)
    for row in matrix.rows:
        if every or len(row.cells) > 1:
            table.add_row(row.name, *("\n".join(cell_lines(row.cells.get(r, []))) or "未述" for r in matrix.regions))
    console.print(table)
