"""What a comparison gives: the tables of `schemas/comparison.py` as DataFrames, and the source around each target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Comparison:
    """The tables by name, the columns of the matrix in order, the day on which deadlines and validity are judged.

    `regions`: the columns, by names of regions; where `by` is "document", of documents, where it is "year", years and NO_YEAR.
    `contexts`: target id → what stands before, in and behind its quote in the source. `notes`: what a reader of the result must
    know (left out documents, tables that were not made and why), one sentence each.
    """

    tables: Mapping[str, pd.DataFrame]
    regions: tuple[str, ...]
    as_of: date
    contexts: Mapping[str, tuple[str, str, str]]
    notes: tuple[str, ...] = ()
    by: Literal["region", "document", "year"] = "region"

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is compared, for titles: the columns, or of columns of years the regions that state something."""
        if self.by != "year":
            return self.regions
        return tuple(dict.fromkeys(self.tables["matrix"]["region"].dropna()))
