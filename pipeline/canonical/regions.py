"""The code of the division that issues a document, valid when it was issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from schemas.places import is_national, parent_of_place
from schemas.regions import NATIONAL, find_regions, lineage, settle
from schemas.types import Issue, Slot


def region_code(metadata: Mapping[str, Slot | None], text: str) -> tuple[str | None, Issue | None]:
    """The GB/T 2260 code of a document's region at the document's date (420600 for 襄樊市 in 2009), and why there is none.

    000000 where no division issues and the issuer is certainly national (国务院办公厅). A name with several bearers is settled by the parents
    that issuer, title and text name; where they do not settle it, the code is None and the issue names the bearers.
    """
    region, issuer = metadata.get("region"), metadata.get("issuer")
    if region is None:
        return (NATIONAL if issuer is not None and is_national(issuer.text) else None), None
    on = _day(metadata)
    found = find_regions(region.text, on=on)
    if not found:
        parent = parent_of_place(region.text)
        place = f"it is a place of {parent.name} ({parent.code})" if parent else "and its name begins with none"
        return None, Issue("info", "region_without_code", "document", f"“{region.text}” is no division of the table; {place}")
    title = metadata.get("title")
    one = found[0] if len(found) == 1 else settle(found, [*(slot.text for slot in (issuer, title) if slot), text], on)
    if one is not None:
        return one.code, None
    bearers = "、".join("".join(r.name for r in reversed(lineage(r, on))) + f" {r.code}" for r in found)
    return None, Issue(
        "warning", "region_ambiguous", "document", f"“{region.text}” is the name of {bearers}; the text names none of their parents alone"
    )


def _day(metadata: Mapping[str, Slot | None]) -> date | int | None:
    """The day of issue, else of publication, else the first year of the period."""
    issued = metadata.get("issue_date") or metadata.get("publish_date")
    if issued is not None:
        return date.fromisoformat(issued.text)
    period = metadata.get("period_start")
    return int(period.text) if period is not None else None
