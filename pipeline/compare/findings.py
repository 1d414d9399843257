"""The table of findings: what an analyst should be told, each with its evidence, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.compare.inside import Finding
from pipeline.compare.items import records, text
from pipeline.evidence import key
from schemas.comparison import CERTAINTY, FINDINGS, TABLES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [c.name for c in TABLES["findings"]]
_TOLD = ("added", "dropped")  # changes that are a type of their own
_VERDICT = dict.fromkeys(("tightened", "relaxed", "postponed", "advanced"), "comparable") | {"changed": "undetermined"}
_VERDICT |= dict.fromkeys(("unit", "scope"), "not_comparable")
_QUIET = ("continued",)  # no finding: the plan goes on as it said


def findings(found: Sequence[Finding], tables: Mapping[str, pd.DataFrame], quotes: Mapping[str, str], lang: str) -> pd.DataFrame:
    """All findings: those of documents (`found`), changes between documents, and targets below their standard. `quotes`: target id → source text."""
    import pandas as pd

    every = [*found, *_changes(tables["changes"], quotes), *_below(tables["standards"], quotes, lang)]
    order = {name: i for i, name in enumerate(FINDINGS)}
    every.sort(key=lambda f: (order[f["type"]], f["region"] or "", f["documents"], f["indicator"] or "", str(f["tasks"]), str(f["values"])))
    for f in every:
        f["id"] = key(f["type"], str(f["change"]), str(f["documents"]), str(f["tasks"]), str(f["indicator"]), str(f["values"]), str(f["targets"]))
    return pd.DataFrame(every, columns=COLUMNS).drop_duplicates("id", ignore_index=True)


def _changes(changes: pd.DataFrame, quotes: Mapping[str, str]) -> Iterator[Finding]:
    for row in records(changes[~changes["change"].isin(_QUIET)]):
        sides = [s for s in ("before", "after") if isinstance(row[f"{s}_target"], str)]
        values = [row[f"{s}_shown"] for s in sides] if row["change"] != "lead" else ["、".join(row[f"{s}_lead"]) for s in sides]
        yield {
            "type": row["change"] if row["change"] in _TOLD else "changed",
            "change": row["change"],
            "region": row["region"],
            "documents": [row["before_document"], row["after_document"]],
            "tasks": [text(row[f"{s}_task"]) for s in sides],
            "indicator": row["indicator"],
            "indicator_id": text(row["indicator_id"]),
            "values": values,
            "deadlines": [text(row[f"{s}_deadline"]) for s in sides],
            "verdict": _VERDICT.get(row["change"]),
            "reason": row["reason"],
            "targets": [row[f"{s}_target"] for s in sides],
            "evidence": list(row["evidence"]),
            "quotes": [quotes[row[f"{s}_target"]] for s in sides],
        }


def _below(standards: pd.DataFrame, quotes: Mapping[str, str], lang: str) -> Iterator[Finding]:
    for row in records(standards[(standards["verdict"] == "falls_short") & standards["binding"].astype(bool)]):
        yield {
            "type": "below_standard",
            "change": None,
            "region": row["region"],
            "documents": [row["document"]],
            "tasks": [text(row["task"])],
            "indicator": row["indicator"],
            "indicator_id": text(row["indicator_id"]),
            "values": [row["shown"], row["threshold"]],
            "deadlines": [],
            "verdict": row["verdict"],
            "reason": f"{row['standard_title']}（{CERTAINTY[row['certainty']][lang != 'zh']}）：{row['reason']}",
            "targets": [row["target"]],
            "evidence": list(row["evidence"]),
            "quotes": [quotes[row["target"]]],
        }
