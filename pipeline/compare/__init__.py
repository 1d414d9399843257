"""Comparing: what regions promise, by when, against which standard, and what changed. `compare` gives every table as a DataFrame.

    engine = store.connect("sqlite:///output/zhibiao.db")
    result = compare(engine, Options(regions=("驻马店", "枣阳", "陇南")))
    result.tables["matrix"], result.tables["findings"], …

The tables and their columns are those of `schemas/comparison.py`. Work is done on whole columns: 100,000 targets of 300 regions take seconds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.compare import answering, basis, editions, facts, mentions, pairs, selection, standing, told
from pipeline.compare.findings import findings
from pipeline.compare.matrix import matrix
from pipeline.compare.options import Options
from pipeline.compare.places import columns_of, failed_regions, regions_of
from pipeline.compare.result import Comparison
from pipeline.compare.selection import share, targets_read
from pipeline.compare.shared import Shared
from schemas.comparison import NO_YEAR, TABLES

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

__all__ = ["LIMIT", "Comparison", "Options", "Shared", "compare", "share", "targets_read"]

PAIRS = 200_000  # more pairs than a person or a spreadsheet takes; the matrix has the verdict of every value all the same
CONTEXTS = 20_000  # targets whose surroundings are read for the page
LIMIT = 200_000  # targets (`targets_read`) that a comparison which nobody asked for should read: 100,000 take about 1 GB and 10 s


@dataclass(frozen=True, slots=True)
class _Cut:
    """What of the basis a comparison is of.

    `columns`: regions or documents; `here`: all documents of them; `mine`: their items, also of documents that do not count; `stated`: those that
    count; `counted`: of these what the filters let through; `axis`: the column of items that is a column of the matrix, `shown`: its values;
    `against`: the column whose other values a value is judged against; `missing`: region → why nothing of it is stored.
    """

    columns: list[str]
    here: Set[str]
    mine: pd.DataFrame
    stated: pd.DataFrame
    counted: pd.DataFrame
    axis: str
    shown: list[str]
    against: str
    missing: Mapping[str, str]


def compare(engine: sa.Engine, options: Options | None = None, shared: Shared | None = None) -> Comparison:
    """All tables of a comparison. `shared`: what earlier ones of the same state of the database have found of it as a whole.

    Raises StoreError where there is no database, ZhibiaoError for a region that no list of divisions and no document knows.
    """
    import pandas as pd

    # strings as Python has them: many are read one by one, and results are the same whether pyarrow is installed or not
    with pd.option_context("mode.string_storage", "python"), _uncollected():
        return _compare(engine, options or Options(), shared)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic collector: it would walk, again and again, over millions of values that are all kept and hold no cycles."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _compare(engine: sa.Engine, options: Options, shared: Shared | None) -> Comparison:
    stored = selection.load(engine, options, shared) if selection.suffices(options) else facts.load(engine)
    known = basis.basis_of(stored, options)
    failed = failed_regions(stored.failures)
    cut = _cut(known, failed, options)
    places = set(known.documents.loc[known.documents["name"].isin(cut.here), "region_shown"])
    lost = {region: names for region, names in failed.items() if region in places}
    notes = told.notes(known.documents, cut.missing, lost, cut.here, options)
    tables, more = _tables(stored, known, cut, options)
    if options.wants("findings"):
        sources = (known.every, known.counted) if options.all_documents else (known.every,)
        quotes = {target: quote for some in sources for target, quote in zip(some["id"], some["quote"], strict=True)}
        tables["findings"] = findings(told.found(engine, known, cut.mine, stored, cut.here, options), tables, quotes, options.lang)
    if options.wants("plans"):
        tables["plans"] = told.plans_told(known, stored, cut.here | told.documents_named(tables.get("findings")), options)
    contexts = facts.contexts(engine, cut.counted) if options.contexts and len(cut.counted) <= CONTEXTS else {}
    made = {name: tables[name] for name in TABLES if name in (options.tables or tables)}
    return Comparison(made, tuple(cut.shown), options.as_of, contexts, (*notes, *more), options.by)


def _cut(known: basis.Basis, failed: Mapping[str, str], options: Options) -> _Cut:
    regions, missing = regions_of(known.codes, failed, options)
    columns = columns_of(known.documents, regions, options)
    here = basis.documents_of(known.documents, columns, options)
    mine = basis.where(known.every, known.every["document"].isin(here))
    mine = mine if known.rows is None else basis.where(mine, mine["group"].isin(known.rows))
    stated = basis.where(known.counted, known.counted["document" if options.by == "document" else "region"].isin(columns))
    counted = basis.filtered(stated, known.rows, options)
    axis = "due" if options.by == "year" else options.by
    shown = sorted(set(counted["due"]), key=lambda year: (year == NO_YEAR, year)) if axis == "due" else columns
    against = options.by if options.by != "year" else "region" if len(columns) > 1 else "document"
    return _Cut(columns, here, mine, stated, counted, axis, shown, against, missing)


def _tables(stored: facts.Facts, known: basis.Basis, cut: _Cut, options: Options) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """The tables of targets that are wanted, and a note on one that is too long."""
    notes: tuple[str, ...] = ()
    tables: dict[str, pd.DataFrame] = {}
    mine, stated, counted, documents, lang = cut.mine, cut.stated, cut.counted, known.documents, options.lang
    standing_names = set(documents["name"] if options.all_documents else documents.loc[~documents["left_out"], "name"])
    if options.wants("matrix"):
        cells = (set(zip(some["group"], some[cut.axis], strict=True)) for some in (stated, counted))
        other_years = next(cells) - next(cells) if options.years else set()
        absent = _absent(stored, known, cut, standing_names, options) if cut.axis != "due" else {}  # a line of the ledger has no year
        columns = cut.axis, cut.shown
        tables["matrix"] = matrix(counted, columns, cut.against, absent, cut.missing, known.copies, other_years, known.codes, options)
    if options.wants("changes"):
        tables["changes"] = editions.changes(mine, documents, lang)
    if options.wants("standards"):
        tables["standards"] = standing.against(counted, documents, options.standard, lang)
    if options.wants("leads"):
        tables["leads"] = answering.leads(counted)
    if options.wants("timeline"):
        tables["timeline"] = answering.timeline(counted, options.as_of)
    if options.wants("load"):
        tasks = stored.tasks[stored.tasks["document"].isin((set(mine["document"]) | cut.here) & standing_names)]
        only = set(counted["id"]) if known.rows is not None or len(counted) < len(stated) else None
        tables["load"] = answering.load(stated, tasks, stored.links, documents.set_index("name")["region_shown"], only)
    if options.wants("pairs"):
        sides = cut.columns if cut.against == options.by else list(dict.fromkeys(counted[cut.against]))
        tables["pairs"], notes = _pairs(counted, sides, cut.against, options)
    return tables, notes


def _absent(
    stored: facts.Facts, known: basis.Basis, cut: _Cut, standing_names: Set[str], options: Options
) -> Mapping[tuple[str, str], tuple[str, str, tuple[str, ...]]]:
    """Cells of which the text says something that was not read (see `mentions.unread`)."""
    places = known.documents[["name", "region_shown"]].rename(columns={"name": "document", "region_shown": "region"})
    coverage = stored.coverage.merge(places)
    coverage = coverage[coverage["document"].isin(standing_names)]
    if stored.beyond is None or stored.beyond.groups is None:
        return mentions.unread(cut.counted, coverage, options.by, cut.stated if options.indicators or options.domains else None)
    named = stored.beyond.named
    return mentions.unread(cut.counted, coverage, options.by, None if named is None else named[named["document"].isin(standing_names)])


def _pairs(counted: pd.DataFrame, columns: Sequence[str], by: str, options: Options) -> tuple[pd.DataFrame, tuple[str, ...]]:
    import pandas as pd

    number = pairs.count(counted, columns, by)
    if number <= PAIRS:
        return pairs.pairs(counted, columns, by, options.lang), ()
    told = (
        f"两两对比共 {number} 对，未列出（上限 {PAIRS}）；请少选地区"
        if options.lang == "zh"
        else f"{number} pairs are not listed (limit {PAIRS}): name fewer regions"
    )
    return pd.DataFrame(columns=[c.name for c in TABLES["pairs"]]), (told,)
