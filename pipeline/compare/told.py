"""What is told beside the tables of targets: findings, the documents themselves, what was left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

from pipeline.compare import cascade, facts, inside, selection, validity
from pipeline.compare.basis import Basis
from pipeline.compare.inside import DUE
from pipeline.compare.items import objects
from pipeline.compare.options import Options
from schemas.comparison import TABLES
from schemas.standards import why

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa


def found(
    engine: sa.Engine,
    basis: Basis,
    mine: pd.DataFrame,
    stored: facts.Facts,
    here: Set[str],
    options: Options,
) -> list[dict[str, Any]]:
    """Findings that are not already rows of another table; about tasks only where no indicators are asked for."""
    lang = options.lang
    tasks = stored.tasks[stored.tasks["document"].isin(set(mine["document"]) | here)]
    standing_items = basis.counted[basis.counted["document"].isin(set(mine["document"]))]
    standing_items = standing_items if basis.rows is None else standing_items[standing_items["group"].isin(basis.rows)]
    return [
        *inside.contradictions(mine, lang),
        *(_tasks_found(engine, basis, mine, tasks, stored, lang) if basis.rows is None else ()),
        *cascade.mandates(standing_items, basis.counted, lang),
        *cascade.allotted(standing_items, basis.counted, lang),
        *validity.told(basis.documents, here, lang),
    ]


def _tasks_found(
    engine: sa.Engine, basis: Basis, mine: pd.DataFrame, tasks: pd.DataFrame, stored: facts.Facts, lang: str
) -> Iterator[dict[str, Any]]:
    """Numbers that series of tasks leave out; tasks without units or deadlines."""
    places = basis.documents.set_index("name")["region_shown"].to_dict()
    ids = basis.documents.set_index("name")["id"]
    tasks = tasks[tasks["document"].isin(basis.documents.loc[basis.documents["duplicate_of"].isna(), "name"])]
    yearly = basis.documents.loc[basis.documents["period_start"].notna() & (basis.documents["period_start"] == basis.documents["period_end"]), "name"]
    dates = stored.coverage[stored.coverage["reason"].isin(selection.DATED)]
    dates = dates.loc[dates["text"].str.contains(DUE, regex=True), ["document", "where"]]  # not the date of a signature
    suspects = inside.gaps(tasks, places, {}, lang)
    names = sorted({f["documents"][0] for f in suspects})
    paths = facts.paths(engine, [ids[n] for n in names])
    yield from inside.gaps(tasks[tasks["document"].isin(names)], places, {n: paths.get(ids[n], frozenset()) for n in names}, lang)
    tasks = tasks.assign(region=tasks["document"].map(places), of_year=tasks["document"].isin(yearly))
    yield from inside.incomplete(tasks, mine, stored.links, dates, lang)


def documents_named(found: pd.DataFrame | None) -> set[str]:
    return set() if found is None else {name for names in found["documents"] for name in names}


def plans_told(basis: Basis, stored: facts.Facts, names: Set[str], options: Options) -> pd.DataFrame:
    """The table `plans`: all documents; where regions are asked for, those of them, and others of these `names` or whose copies they are."""
    frame = basis.documents
    if options.regions:
        originals = set(frame.loc[frame["name"].isin(names), "duplicate_of"].dropna())
        frame = frame[frame["name"].isin(names | originals)]
    counts = _sizes(basis, stored)
    table = frame.assign(
        document=frame["name"],
        title=frame["title_shown"],
        region=frame["region_shown"],
        follows_reason=objects((why(r, options.lang) if isinstance(r, str) else None for r in frame["follows_reason"]), frame),
        **{name: frame["name"].map(rows).fillna(0).astype(int) for name, rows in counts.items()},
    )
    return table.sort_values(["region_code", "region", "date", "document"], kind="stable", ignore_index=True)[[c.name for c in TABLES["plans"]]]


def _sizes(basis: Basis, stored: facts.Facts) -> dict[str, pd.Series[int]]:
    """How many tasks and targets each document has; those of a copy are its original's."""
    if stored.beyond is None:
        return {name: rows.groupby("document").size() for name, rows in (("tasks", stored.tasks), ("targets", basis.every))}
    import pandas as pd

    copied = basis.documents["duplicate_of"].notna()
    sizes = [(n, stored.beyond.sizes.get(i, (0, 0)), c) for n, i, c in zip(basis.documents["name"], basis.documents["id"], copied, strict=True)]
    tasks, targets = {n: size[0] for n, size, _ in sizes}, {n: 0 if copy else size[1] for n, size, copy in sizes}
    return {"tasks": pd.Series(tasks, dtype=int), "targets": pd.Series(targets, dtype=int)}


def notes(documents: pd.DataFrame, missing: Mapping[str, str], lost: Mapping[str, str], here: Set[str], options: Options) -> tuple[str, ...]:
    """What a reader must know: documents of the regions that do not count, regions of which nothing is stored, files that could not be read."""
    zh = options.lang == "zh"
    notes = [f"{region}：{why}" if zh else f"{region}: {why}" for region, why in missing.items()]
    notes += [f"{region}：文件未能读出：{names}" if zh else f"{region}: could not be read: {names}" for region, names in lost.items()]
    if options.all_documents:
        return tuple(notes)
    for r in documents[documents["left_out"] & documents["name"].isin(here)].to_dict("records"):
        copy = isinstance(r["duplicate_of"], str)
        why = (r["duplicate_reason"] if copy else r["validity_reason"]) or ""
        notes.append(f"{r['name']} 不计入对比：{why}" if zh else f"{r['name']} is left out: {why}")
    return tuple(notes)
