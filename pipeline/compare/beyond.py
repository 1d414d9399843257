"""What a few documents and targets take from all others of the database, where these are not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.compare.divisions import Divisions
from pipeline.compare.items import World

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Beyond:
    """`divisions`: those of all documents. `world`: the rows of all targets, and what these say of their better direction. `groups`: the rows that
    were asked for, None for all. `said`: what tells copies, of all documents that may be copies of those read; `common`: how many
    documents of the database say each of it. `sizes`: document → number of its tasks, of its targets, where they are told. `named`: documents,
    rows and names of all targets of the documents compared, None where they do not matter.
    """

    divisions: Divisions
    world: World
    groups: frozenset[str] | None
    said: pd.DataFrame
    common: Mapping[tuple[str, ...], int]
    sizes: Mapping[str, tuple[int, int]]
    named: pd.DataFrame | None
