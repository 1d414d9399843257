"""The command that shows and exports what people decided: corrections."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import app
from pipeline.cli.options import DEFAULT_DB, Database, line

if TYPE_CHECKING:
    from pipeline.corrections import Decision


class Given(StrEnum):
    """Formats of `corrections`."""

    table = "table"
    jsonl = "jsonl"
    gold = "gold"
    lookups = "lookups"


@app.command()
def corrections(
    db: Database = DEFAULT_DB,
    format: Annotated[
        Given, typer.Option("--format", help="For people; JSON lines of all decisions; gold annotations; entries of the vocabularies.")
    ] = Given.table,
    out: Annotated[Path, typer.Option("--out", help="Folder for gold and lookups.")] = Path("output/corrections"),
    document: Annotated[str | None, typer.Option("--document", help="Only of this document (table and jsonl).")] = None,
) -> None:
    """Show what people decided on targets, what waits for a person, progress and agreement; or write it as gold annotations or lookups."""
    from pipeline import store
    from pipeline.corrections.exporting import write_gold, write_lookups

    with store.reading(store.connect(db)) as connection:
        if format in (Given.gold, Given.lookups):
            for path in (write_gold if format is Given.gold else write_lookups)(connection, out):
                typer.echo(path)
        elif format is Given.jsonl:
            _lines(connection, document)
        else:
            _table(connection, document)


def _lines(connection: Any, document: str | None) -> None:
    """All decisions, the first first; a page at a time."""
    from pipeline.corrections import every

    for decision in every(connection, document):
        line(decision.as_dict())


def _table(connection: Any, document: str | None) -> None:
    from pipeline.corrections import agreement, conflicts, history, progress

    done = progress(connection, document)
    by = ", ".join(f"{name} {count}" for name, count in done.authors.items())
    typer.echo(f"{done.decided} of {done.targets} targets decided: " + ", ".join(f"{n} {state}" for state, n in done.states.items()))
    typer.echo(f"by: {by or 'nobody'}; {done.disputed} disputed")
    for pair in agreement(connection):
        kappa = "-" if pair.kappa is None else f"{pair.kappa:.2f}"
        typer.echo(f"{pair.one} and {pair.other}: {pair.common} common targets, {pair.agreeing:.0%} the same, kappa {kappa}")
    waiting = conflicts(connection, document)
    typer.echo(f"\nwaiting for a person: {len(waiting)}")
    for one in waiting:
        told = "; ".join(f"{name}: now {now}, decided {stands}" for name, (now, stands) in one.state.fields.items())
        why = " and ".join(filter(None, (one.state.conflict, "disputed" if one.state.disputed else None)))
        typer.echo(f"  {one.document}\t{why}\t{one.state.state} by {one.state.author}\t“{' '.join(one.quote.split())[:60]}”\t{told}")
    typer.echo("\nthe last decisions:")
    for decision in history(connection, document=document, limit=20):
        typer.echo(f"  {_told(decision)}")


def _told(decision: Decision) -> str:
    """A decision in a line."""
    said = "; ".join(f"{name}: {before} -> {after}" for name, (before, after) in decision.changes.items())
    why = f" ({decision.reason})" if decision.reason else ""
    return f"{decision.number}\t{decision.made}\t{decision.author}\t{decision.action}\t{decision.document}\t{decision.target_id}\t{said}{why}"
