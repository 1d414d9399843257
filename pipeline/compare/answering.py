"""Who answers for what and when: load by body and function, who leads the same indicator elsewhere, what is due."""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from typing import TYPE_CHECKING

from schemas.comparison import TABLES

if TYPE_CHECKING:
    import pandas as pd


def load(items: pd.DataFrame, tasks: pd.DataFrame, links: pd.DataFrame, regions: pd.Series[str], only: Set[str] | None = None) -> pd.DataFrame:
    """The table `load`: for each region, body, role and year due, how many tasks and how many of their targets.

    A task counts in the years of its own deadline and of its targets' (in several, if they are due in several), without any in none.
    `only`: ids of the targets that a filter lets through; then only the tasks that have some of them count, in the years of those.
    """
    import pandas as pd

    named = links.merge(tasks.assign(task_id=tasks["id"], region=tasks["document"].map(regions))[["task_id", "region", "deadline_end"]], on="task_id")
    named["function"] = named["function"].fillna("")
    keys = ["region", "body", "function", "role"]
    aimed = items[items["status"] == "target"]
    due = aimed.assign(year=pd.to_numeric(aimed["year"].str[-4:], errors="coerce").astype("Int64"))[["task_id", "year", "id"]]
    own = named.assign(year=pd.to_numeric(named["deadline_end"].astype("string").str[:4], errors="coerce").astype("Int64"))[["task_id", "year"]]
    years = pd.concat([own, due[["task_id", "year"]]]).drop_duplicates()
    years = years[years["year"].notna() | ~years["task_id"].isin(set(years.loc[years["year"].notna(), "task_id"]))]
    if only is not None:
        due = due[due["id"].isin(only)]
        years = years.merge(due[["task_id", "year"]].drop_duplicates())
    targets = named.merge(due, on="task_id").groupby([*keys, "year"], dropna=False)["id"].nunique().rename("targets").reset_index()
    counts = named.merge(years, on="task_id").groupby([*keys, "year"], dropna=False)["task_id"].nunique().rename("tasks").reset_index()
    table = counts.merge(targets, on=[*keys, "year"], how="outer")
    table[["tasks", "targets"]] = table[["tasks", "targets"]].fillna(0).astype(int)
    table["function"] = table["function"].replace("", None)
    return table.sort_values(["region", "body", "role", "year"], kind="stable", ignore_index=True)[[c.name for c in TABLES["load"]]]


def leads(items: pd.DataFrame) -> pd.DataFrame:
    """The table `leads`: the bodies and functions that lead an indicator in each document, and whether other regions give it to other functions."""
    columns = ["group", "indicator_name", "region", "document", "task", "lead", "lead_function"]
    some = items.loc[(items["lead"].map(len) > 0) & (items["status"] == "target"), columns].drop_duplicates(["group", "document", "task"])
    flat = some[["group", "region", "lead_function"]].explode("lead_function").dropna().drop_duplicates()
    regions = some.groupby("group")["region"].transform("nunique")
    held = flat.groupby(["group", "lead_function"])["region"].nunique().to_dict()
    pairs = list(zip(some["group"], some["lead_function"], strict=True))
    widest = {(group, functions): max((held.get((group, f), 0) for f in functions), default=0) for group, functions in set(pairs)}
    some["differs"] = (regions > 1) & (regions > [widest[pair] for pair in pairs]) & (some["lead_function"].map(len) > 0)
    some["indicator"] = some["indicator_name"]
    some["indicator_id"] = some["group"].where(~some["group"].str.startswith("~"))
    some = some.sort_values(["indicator", "region", "document", "task"], kind="stable", ignore_index=True)
    return some[[c.name for c in TABLES["leads"]]]


def timeline(items: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The table `timeline`: targets by the last day of their deadline; `next` is what falls due first in its region from the given day on."""
    import numpy as np
    import pandas as pd

    columns = ["deadline_end", "region", "indicator_name", "shown", "scope", "lead", "document", "task", "id", "evidence", "order", "position"]
    some = items.loc[items["deadline_end"].notna() & (items["status"] == "target"), columns]
    day = as_of.isoformat()
    past = some["deadline_end"] < day
    first = some["deadline_end"].where(~past).groupby(some["region"]).transform("min")
    some["due"] = np.where(past, "past_due", np.where(some["deadline_end"] == first, "next", "later"))
    some["date"] = some["deadline_end"]
    some["days"] = (pd.to_datetime(some["date"]) - pd.Timestamp(as_of)).dt.days
    some["indicator"], some["target"] = some["indicator_name"], some["id"]
    some["evidence"] = [(e,) if isinstance(e, str) else () for e in some["evidence"]]
    some = some.sort_values(["date", "region", "order", "position"], kind="stable", ignore_index=True)
    return some[[c.name for c in TABLES["timeline"]]]
