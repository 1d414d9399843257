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
from typing import TYPE_CHECKING, Any

from pipeline.compare import answering, cascade, editions, facts, inside, mentions, pairs, plans, standing, validity
from pipeline.compare.findings import findings
from pipeline.compare.inside import DUE
from pipeline.compare.items import items, objects, shown
from pipeline.compare.matrix import matrix
from pipeline.compare.options import Options
from pipeline.compare.places import columns_of, failed_regions
from pipeline.compare.result import Comparison
from schemas.comparison import NO_YEAR, TABLES
from schemas.errors import ZhibiaoError
from schemas.functions import functions
from schemas.indicators import indicators
from schemas.standards import why

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

__all__ = ["Comparison", "Options", "compare"]

PAIRS = 200_000  # more pairs than a person or a spreadsheet takes; the matrix has the verdict of every value all the same
CONTEXTS = 20_000  # targets whose surroundings are read for the page


@dataclass(frozen=True, slots=True)
class _Known:
    """What every table is made of: documents with their dates and validity; all items; those that count in comparisons."""

    documents: pd.DataFrame
    every: pd.DataFrame
    counted: pd.DataFrame
    copies: Mapping[str, list[str]]


def compare(engine: sa.Engine, options: Options | None = None) -> Comparison:
    """All tables of a comparison.

    Raises StoreError where there is no database, ZhibiaoError for a region that no list of divisions and no document knows.
    """
    import pandas as pd

    # strings as Python has them: many are read one by one, and results are the same whether pyarrow is installed or not
    with pd.option_context("mode.string_storage", "python"), _uncollected():
        return _compare(engine, options or Options())


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


def _compare(engine: sa.Engine, options: Options) -> Comparison:
    stored = facts.load(engine)
    known = _known(stored, options)
    failed = failed_regions(stored.failures)
    columns, missing = columns_of(known.documents, failed, options)
    mine = _where(known.every, known.every["document"].isin(_of(known.documents, columns, options)))
    stated = _where(known.counted, known.counted["document" if options.by == "document" else "region"].isin(columns))
    counted = _filtered(stated, options)
    axis = "due" if options.by == "year" else options.by
    cells = (set(zip(some["group"], some[axis], strict=True)) for some in (stated, counted))
    other_years = next(cells) - next(cells) if options.years else set()
    coverage = stored.coverage.merge(known.documents[["name", "region_shown"]].rename(columns={"name": "document", "region_shown": "region"}))
    standing_names = known.documents["name"] if options.all_documents else known.documents.loc[~known.documents["left_out"], "name"]
    coverage = coverage[coverage["document"].isin(standing_names)]
    shown = sorted(set(counted["due"]), key=lambda year: (year == NO_YEAR, year)) if axis == "due" else columns
    against = options.by if axis != "due" else "region" if len(columns) > 1 else "document"
    absent = mentions.unread(counted, coverage, options.by) if axis != "due" else {}  # a line of the ledger has no year
    here = set(known.documents.loc[known.documents["name"].isin(_of(known.documents, columns, options)), "region_shown"])
    lost = {region: names for region, names in failed.items() if region in here}
    notes = _notes(known.documents, missing, lost, options)
    tables: dict[str, pd.DataFrame] = {
        "matrix": matrix(counted, (axis, shown), against, absent, missing, known.copies, other_years, options),
        "changes": editions.changes(mine, known.documents, options.lang),
        "standards": standing.against(counted, known.documents, options.standard, options.lang),
        "leads": answering.leads(counted),
        "timeline": answering.timeline(counted, options.as_of),
        "plans": _plans(known, stored.tasks, options),
    }
    tasks = stored.tasks[stored.tasks["document"].isin(set(mine["document"]) | _of(known.documents, columns, options))]
    places = known.documents.set_index("name")["region_shown"]
    only = set(counted["id"]) if len(counted) < len(stated) else None
    tables["load"] = answering.load(stated, tasks[tasks["document"].isin(standing_names)], stored.links, places, only)
    sides = columns if against == options.by else list(dict.fromkeys(counted[against]))
    tables["pairs"], more = _pairs(counted, sides, against, options)
    told = (known.every, known.counted) if options.all_documents else (known.every,)
    quotes = {target: quote for some in told for target, quote in zip(some["id"], some["quote"], strict=True)}
    tables["findings"] = findings(_found(engine, known, mine, tasks, stored, columns, options), tables, quotes, options.lang)
    contexts = facts.contexts(engine, counted) if len(counted) <= CONTEXTS else {}
    return Comparison(tables, tuple(shown), options.as_of, contexts, (*notes, *more), options.by)


def _known(stored: facts.Facts, options: Options) -> _Known:
    documents = plans.dated(stored.documents)
    every = items(stored.targets, documents)
    every["shown"] = objects(
        shown(list(every[["kind", "operator", "value_text", "unit", "change_direction", "status"]].itertuples(index=False, name=None))), every
    )
    named = documents.set_index("name")
    for column in ("title_shown", "format", "date"):
        every[column] = every["document"].map(named[column]).astype(object)
    documents = validity.judged(documents, every, stored.validity, options.as_of, options.lang)
    documents["region_shown"], every["region"] = documents["region_shown"].fillna(plans.UNKNOWN), every["region"].fillna(plans.UNKNOWN)
    left_out = set(documents.loc[documents["left_out"], "name"])
    copied = set(documents.loc[documents["duplicate_of"].notna(), "name"])
    copies: dict[str, list[str]] = {}
    for name, original in documents.loc[documents["duplicate_of"].notna(), ["name", "duplicate_of"]].itertuples(index=False):
        copies.setdefault(original, []).append(name)
    counted = every if options.all_documents else _where(every, ~every["document"].isin(left_out))
    return _Known(documents, _where(every, ~every["document"].isin(copied)), counted, copies)


def _where(frame: pd.DataFrame, hits: pd.Series[bool]) -> pd.DataFrame:
    """The rows that hit; the frame itself, not a copy of its many columns, where all do."""
    return frame if hits.all() else frame[hits]


def _filtered(counted: pd.DataFrame, options: Options) -> pd.DataFrame:
    """The rows that the filters let through, whole.

    Raises ZhibiaoError for a domain or function that neither the vocabulary nor a stored target has.
    """
    keep = counted["group"]
    frame = counted
    if options.domains:
        _known_word("domain", options.domains, {i.domain for i in indicators()} | set(counted["domain"].dropna()))
        frame = frame[frame["group"].isin(keep[counted["domain"].isin(options.domains)])]
    if options.functions:
        _known_word("function", options.functions, {f.function for f in functions()} | {f for some in counted["lead_function"] for f in some})
        wanted = set(options.functions)
        led = counted["lead_function"].map(lambda functions: bool(wanted & set(functions)))
        frame = frame[frame["group"].isin(keep[led])]
    if options.years:
        frame = frame[frame["year"].str[-4:].isin([str(y) for y in options.years])]
    return frame


def _known_word(what: str, asked: Sequence[str], known: Set[str]) -> None:
    for word in asked:
        if word not in known:
            raise ZhibiaoError(f"no {what} is called “{word}”; there are: {'、'.join(sorted(known - {''}))}")


def _of(documents: pd.DataFrame, columns: Sequence[str], options: Options) -> set[str]:
    """Names of all documents of the regions that the columns are, or are of: also of those that do not count, which have no column."""
    regions = columns if options.by != "document" else documents.loc[documents["name"].isin(columns), "region_shown"]
    return set(documents.loc[documents["region_shown"].isin(set(regions)), "name"])


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


def _found(
    engine: sa.Engine,
    known: _Known,
    mine: pd.DataFrame,
    tasks: pd.DataFrame,
    stored: facts.Facts,
    columns: Sequence[str],
    options: Options,
) -> list[dict[str, Any]]:
    """Findings that are not already rows of another table."""
    places = known.documents.set_index("name")["region_shown"].to_dict()
    ids = known.documents.set_index("name")["id"]
    lang = options.lang
    tasks = tasks[tasks["document"].isin(known.documents.loc[known.documents["duplicate_of"].isna(), "name"])]
    yearly = known.documents.loc[known.documents["period_start"].notna() & (known.documents["period_start"] == known.documents["period_end"]), "name"]
    dates = stored.coverage[stored.coverage["reason"].isin(("date", "duration", "deadline"))]
    dates = dates.loc[dates["text"].str.contains(DUE, regex=True), ["document", "where"]]  # not the date of a signature
    standing_items = known.counted[known.counted["document"].isin(set(mine["document"]))]
    suspects = inside.gaps(tasks, places, {}, lang)
    names = sorted({f["documents"][0] for f in suspects})
    paths = facts.paths(engine, [ids[n] for n in names])
    rest = inside.gaps(tasks[tasks["document"].isin(names)], places, {n: paths.get(ids[n], frozenset()) for n in names}, lang)
    return [
        *inside.contradictions(mine, lang),
        *rest,
        *inside.incomplete(
            tasks.assign(region=tasks["document"].map(places), of_year=tasks["document"].isin(yearly)), mine, stored.links, dates, lang
        ),
        *cascade.mandates(standing_items, known.counted, lang),
        *cascade.allotted(standing_items, known.counted, lang),
        *validity.told(known.documents, _of(known.documents, columns, options), lang),
    ]


def _plans(known: _Known, tasks: pd.DataFrame, options: Options) -> pd.DataFrame:
    frame = known.documents
    counts = {"tasks": tasks, "targets": known.every}
    table = frame.assign(
        document=frame["name"],
        title=frame["title_shown"],
        region=frame["region_shown"],
        follows_reason=objects((why(r, options.lang) if isinstance(r, str) else None for r in frame["follows_reason"]), frame),
        **{name: frame["name"].map(rows.groupby("document").size()).fillna(0).astype(int) for name, rows in counts.items()},
    )
    return table.sort_values(["region_code", "region", "date", "document"], kind="stable", ignore_index=True)[[c.name for c in TABLES["plans"]]]


def _notes(documents: pd.DataFrame, missing: Mapping[str, str], lost: Mapping[str, str], options: Options) -> tuple[str, ...]:
    """What a reader must know: documents that do not count, regions of which nothing is stored, files that could not be read."""
    zh = options.lang == "zh"
    notes = [f"{region}：{why}" if zh else f"{region}: {why}" for region, why in missing.items()]
    notes += [f"{region}：文件未能读出：{names}" if zh else f"{region}: could not be read: {names}" for region, names in lost.items()]
    if options.all_documents:
        return tuple(notes)
    for r in documents[documents["left_out"]].to_dict("records"):
        copy = isinstance(r["duplicate_of"], str)
        why = (r["duplicate_reason"] if copy else r["validity_reason"]) or ""
        notes.append(f"{r['name']} 不计入对比：{why}" if zh else f"{r['name']} is left out: {why}")
    return tuple(notes)
