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
    looks into cells, and a cell that it empties says so. Changes and findings are those of the regions, whatever the filters. `standard`: the
    id of the edition that every plan is held against, None for the one that each follows. `all_documents`: also copies and plans that are not
    in force. `any_year`: values of different years may be ranked; the verdict still says that they differ.
    """

    regions: tuple[str, ...] = ()
    by: Literal["region", "document", "year"] = "region"
    domains: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    functions: tuple[str, ...] = ()
    standard: str | None = None
    sort: Literal["regions", "name", "distance"] = "regions"
    all_documents: bool = False
    any_year: bool = False
    as_of: date = field(default_factory=date.today)
    lang: Literal["zh", "en"] = "zh"
