"""Commands of those who change rules: score, diff."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import app
from pipeline.cli.options import Readers, Reading, Shown, line


@app.command()
def score(
    gold: Annotated[Path, typer.Argument(help="Folder with gold annotations.")],
    predicted: Annotated[
        Path | None, typer.Option("--predicted", help="Folder with an export (default: read the gold documents' sources anew).")
    ] = None,
    sources: Annotated[Path, typer.Option("--sources", help="Folder with the gold documents' sources.")] = Path("raw_docs"),
    errors: Annotated[bool, typer.Option("--errors", help="List every difference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure extraction against gold annotations with the gold folder's scorer."""
    from pipeline.scoring import score_gold

    options = [*(["--errors"] if errors else []), *(["--json"] if as_json else [])]
    raise typer.Exit(score_gold(gold, predicted, sources, options))


@app.command()
def diff(
    paths: Annotated[list[Path] | None, typer.Argument(help="Documents to read now, as for run (default: raw_docs).")] = None,
    against: Annotated[
        str, typer.Option("--against", help="The earlier reading: a database URL, the folder of an export or of snapshots, or a git revision.")
    ] = "tests/golden/records",
    gold: Annotated[Path, typer.Option("--gold", help="Folder with gold annotations; documents that it knows are judged.")] = Path("tests/gold"),
    format: Annotated[Shown, typer.Option("--format", help="For people, or JSON lines.")] = Shown.table,
    allow: Annotated[bool, typer.Option("--allow", help="Exit status 0 although a figure of the gold falls.")] = False,
    write: Annotated[Path | None, typer.Option("--write", help="Then keep this reading as snapshots in a folder, unless a figure falls.")] = None,
    readers: Reading = Readers.both,
) -> None:
    """Show which records of which documents a change of rules, vocabulary or model alters; status 1 where a figure of the gold falls."""
    from dataclasses import asdict

    from pipeline import changes, scoring, snapshots

    old = {} if write == Path(against) and not write.exists() else snapshots.read_earlier(against)
    found, documents = snapshots.read_now(paths or [Path("raw_docs")], readers is Readers.both)
    new = snapshots.of_frames(found)
    changed = [change for name in documents for change in changes.compare(name, old.get(name, []), new.get(name, []))]
    judged = scoring.verdicts(gold, old, new, documents) if gold.is_dir() else []
    for shown in changes.lines(changed, judged, documents) if format is Shown.table else ():
        typer.echo(shown)
    for values in [*map(asdict, changed), *({**asdict(v), "falls": v.falls} for v in judged)] if format is Shown.jsonl else ():
        line(values)
    fallen = not allow and any(v.falls for v in judged)
    if write and not fallen:
        snapshots.write(new, write)
    raise typer.Exit(1 if fallen or set(documents) - set(new) else 0)
