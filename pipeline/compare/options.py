"""What a comparison is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """`regions`: Chinese names, codes or pinyin, none for all that have documents. `by`: what the columns of the matrix are;
    by year, values are still judged against those of other regions, or of one region's other documents. Filters that are
    empty let everything through; a filter leaves out whole rows (indicators), so that a cell never looks empty because of it; `years` alone
    looks into cells, and a cell that it empties says so. `indicators`: ids, names or aliases of the vocabulary, or names as documents write them;
    changes and findings are those of these indicators too, and none is told of tasks. Whatever the other filters, changes and findings are those
    of the regions. `standard`: the id of the edition that every plan is held against, None for the one that each follows. `all_documents`:
    also copies and plans that are not in force. `any_year`: values of different years may be ranked; the verdict still says that they differ.
    `tables`: those of `schemas.comparison.TABLES` that are made, none for all; `contexts`: whether the source around each target is read.
    """

    regions: tuple[str, ...] = ()
    by: Literal["region", "document", "year"] = "region"
    indicators: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    functions: tuple[str, ...] = ()
    standard: str | None = None
    sort: Literal["regions", "name", "distance"] = "regions"
    all_documents: bool = False
    any_year: bool = False
    as_of: date = field(default_factory=date.today)
    lang: Literal["zh", "en"] = "zh"
    tables: tuple[str, ...] = ()
    contexts: bool = True

    def wants(self, table: str) -> bool:
        """Whether a table is made; findings are told from changes and standards too."""
        return not self.tables or table in self.tables or (table in ("changes", "standards") and "findings" in self.tables)
