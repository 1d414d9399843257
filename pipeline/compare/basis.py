"""What every table of a comparison is made of: documents with their dates and validity, targets as items, what the filters let through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.compare import facts, plans, validity
from pipeline.compare.asked import rows_of
from pipeline.compare.divisions import UNKNOWN
from pipeline.compare.items import items, objects, shown, written_of
from pipeline.compare.options import Options
from schemas.errors import ZhibiaoError
from schemas.functions import functions
from schemas.indicators import indicators

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Basis:
    """What every table is made of: documents with their dates and validity; all items but those of copies; those that count in comparisons;
    document → its copies; region → code, of all that are stored; the rows asked for, None for all."""

    documents: pd.DataFrame
    every: pd.DataFrame
    counted: pd.DataFrame
    copies: Mapping[str, list[str]]
    codes: Mapping[str, str | None]
    rows: Set[str] | None


def basis_of(stored: facts.Facts, options: Options) -> Basis:
    beyond = stored.beyond
    divisions = beyond.divisions if beyond else plans.divisions_of(stored.documents)
    documents = plans.dated(stored.documents, divisions)
    every = items(stored.targets, documents, beyond.world if beyond else None)
    parts = (every["kind"], every["operator"], written_of(every), every["unit"], every["change_direction"], every["status"])
    every["shown"] = objects(shown(list(zip(*parts, strict=True))), every)
    named = documents.set_index("name")
    for column in ("title_shown", "format", "date"):
        every[column] = every["document"].map(named[column]).astype(object)
    said = (beyond.said, beyond.common) if beyond else (every, None)
    documents = validity.judged(documents, said, stored.validity, options.as_of, options.lang)
    documents["region_shown"], every["region"] = documents["region_shown"].fillna(UNKNOWN), every["region"].fillna(UNKNOWN)
    left_out = set(documents.loc[documents["left_out"], "name"])
    copied = set(documents.loc[documents["duplicate_of"].notna(), "name"])
    copies: dict[str, list[str]] = {}
    for name, original in documents.loc[documents["duplicate_of"].notna(), ["name", "duplicate_of"]].itertuples(index=False):
        copies.setdefault(original, []).append(name)
    counted = every if options.all_documents else where(every, ~every["document"].isin(left_out))
    rows = beyond.groups if beyond and options.indicators else _rows(every, options)
    return Basis(documents, where(every, ~every["document"].isin(copied)), counted, copies, divisions.codes(), rows)


def _rows(every: pd.DataFrame, options: Options) -> frozenset[str] | None:
    """The rows of the indicators asked for, None for all."""
    if not options.indicators:
        return None
    names: dict[str, set[str]] = {}
    for name, group in every[["indicator", "group"]].drop_duplicates().itertuples(index=False, name=None):
        names.setdefault(name, set()).add(group)
    return rows_of(options.indicators, names)


def where(frame: pd.DataFrame, hits: pd.Series[bool]) -> pd.DataFrame:
    """The rows that hit; the frame itself, not a copy of its many columns, where all do."""
    return frame if hits.all() else frame[hits]


def filtered(counted: pd.DataFrame, rows: Set[str] | None, options: Options) -> pd.DataFrame:
    """The rows that the filters let through, whole.

    Raises ZhibiaoError for a domain or function that neither the vocabulary nor a stored target has.
    """
    keep = counted["group"]
    frame = counted if rows is None else where(counted, keep.isin(rows))
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


def documents_of(documents: pd.DataFrame, columns: Sequence[str], options: Options) -> set[str]:
    """Names of all documents of the regions that the columns are, or are of: also of those that do not count, which have no column."""
    regions = columns if options.by != "document" else documents.loc[documents["name"].isin(columns), "region_shown"]
    return set(documents.loc[documents["region_shown"].isin(set(regions)), "name"])
