"""Every two statements of a row in two regions (or documents), set against each other: verdict, reasons, which demands more, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipeline.compare.items import differences, objects
from pipeline.compare.verdicts import in_words, judge, names_of, signatures, verdicts
from schemas.comparison import TABLES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["pairs"]]
_SIDE = {"region": "region", "document": "document", "task": "task", "shown": "shown", "year": "year_number", "scope": "scope", "target": "id"}


def count(items: pd.DataFrame, columns: Sequence[str], by: str = "region") -> int:
    """How many pairs `pairs` would give, without making them."""
    sizes = items[items[by].isin(columns)].groupby(["group", by], sort=False).size()
    total, square = sizes.groupby("group").sum(), (sizes**2).groupby("group").sum()
    return int(((total**2 - square) // 2).sum())


def pairs(items: pd.DataFrame, columns: Sequence[str], by: str = "region", lang: str = "zh") -> pd.DataFrame:
    """All pairs of targets of one row that stand in different columns; the left one is of the column named first."""
    import pandas as pd

    place = {column: i for i, column in enumerate(columns)}
    frame = items[items[by].isin(columns)].copy()
    frame["place"], frame["i"] = frame[by].map(place), range(len(frame))
    frame["year_number"] = pd.to_numeric(frame["year"].str[-4:], errors="coerce").astype("Int64")
    ids = frame[["group", "place", "i"]]
    both = ids.merge(ids, on="group", suffixes=("_left", "_right"))
    both = both[both["place_left"] < both["place_right"]]
    return side_by_side(frame, both["i_left"].to_numpy(), both["i_right"].to_numpy(), lang)


def side_by_side(frame: pd.DataFrame, left: Any, right: Any, lang: str = "zh") -> pd.DataFrame:
    """The table `pairs` for places of items (positions in `frame`) on the left and on the right."""
    import pandas as pd

    found = signatures(frame)
    of = found.of.to_numpy()
    reasons = judge(found.table.iloc[of[left]], found.table.iloc[of[right]])
    names = names_of(reasons)
    one, other = frame.iloc[left].reset_index(drop=True), frame.iloc[right].reset_index(drop=True)
    table = pd.DataFrame({"indicator": one["indicator_name"], "group": one["group"]})
    for side, rows in (("left", one), ("right", other)):
        for name, column in _SIDE.items():
            table[f"{side}_{name}"] = rows[column]
    table["verdict"] = verdicts(reasons)
    table["reasons"] = names
    table["reason"] = [in_words(n, lang) for n in names]
    comparable = (table["verdict"] == "comparable") & one["number"] & other["number"]
    table["stricter"] = stricter(one, other).where(comparable)
    table["difference"] = (other["low"] - one["low"]).round(12).where(comparable)
    table["canonical_unit"] = one["canonical_unit"].where(comparable)
    table["difference_shown"] = objects(differences(one, other), one).where(comparable, None)
    return table[COLUMNS]


def stricter(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series[Any]:
    """left, right or equal: which side demands more in the better direction; null where no direction is better and the values differ."""
    import numpy as np
    import pandas as pd

    same = np.isclose(one["key"], other["key"], rtol=1e-9, atol=1e-12)
    more = np.where(same, one["open"] - other["open"], one["key"] - other["key"])
    said = np.where(more > 0, "left", np.where(more < 0, "right", "equal")).astype(object)
    # approximate and exact: 左右 is not looser by any number
    blurred = same & ((one["open"] < 0).to_numpy() != (other["open"] < 0).to_numpy())
    unknown = ((one["direction"] == "none").to_numpy() & ~same) | blurred
    return pd.Series(said, index=one.index, dtype=object).mask(unknown, None)
