"""The columns of a comparison: regions by name, code or pinyin; those without any document, and those whose documents failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import regex

from pipeline.compare.options import Options
from schemas.errors import ZhibiaoError
from schemas.regions import find_regions

if TYPE_CHECKING:
    import pandas as pd


def columns_of(documents: pd.DataFrame, regions: Sequence[str], options: Options) -> list[str]:
    """The columns in order: the regions, or the documents of them that count."""
    if options.by != "document":
        return list(regions)
    mine = documents[documents["region_shown"].isin(regions) & (~documents["left_out"] | options.all_documents)]
    return mine["name"].tolist()


def regions_of(codes: Mapping[str, str | None], failed: Mapping[str, str], options: Options) -> tuple[list[str], dict[str, str]]:
    """The regions in order, and those of which nothing is stored, and why. `codes`: the regions of all stored documents.

    Regions that are asked for keep their order and stand also where no document of them is stored; without a question all that have some, by
    code. Raises ZhibiaoError for a region that no list of divisions and no document knows.
    """
    known = sorted(codes, key=lambda r: (codes[r] or "~", r))
    asked = list(dict.fromkeys(_region(q, codes) for q in options.regions)) or known + [r for r in sorted(failed) if r not in codes]
    zh = options.lang == "zh"
    missing = {}
    for region in asked:
        if region not in codes:
            none = "库中没有该地文件" if zh else "no document of the region is stored"
            missing[region] = f"{'文件未能读出：' if zh else 'could not be read: '}{failed[region]}" if region in failed else none
    return asked, missing


def _region(query: str, codes: Mapping[str, str | None]) -> str:
    """The region a query means: 驻马店, 驻马店市, 411700 and zhumadian are one. A stored one goes before others of the same name."""
    if query in codes:
        return query
    divisions = find_regions(query)
    stored = [r for r, code in codes.items() if (code == query or any(code == d.code or r == d.name for d in divisions))]
    if len(stored) == 1:
        return stored[0]
    if len(stored) > 1:
        raise ZhibiaoError(f"“{query}” may be {'、'.join(sorted(stored))}; name one by its code")
    if len(divisions) == 1:
        return divisions[0].name
    have = "、".join(sorted(codes)) or "none (run `zhibiao run` first)"
    if divisions:
        raise ZhibiaoError(f"“{query}” may be {'、'.join(f'{d.name} {d.code}' for d in divisions[:6])}; name one by its code. Stored are: {have}")
    raise ZhibiaoError(f"no division is called “{query}”, and no document of it is stored; there are: {have}")


def failed_regions(failures: pd.DataFrame) -> dict[str, str]:
    """Region → the documents of it that could not be read, by the division that their names begin with (驻马店2022.pdf, zhumadian-2022.pdf)."""
    found: dict[str, list[str]] = {}
    for name in failures["document"]:
        stem = name.rpartition("/")[2]
        for part in (*regex.findall(r"^[一-龥]+", stem), *regex.findall(r"^[a-z]+", stem.lower())):
            heads = [part[:n] for n in range(len(part), 1, -1)] if part[0] > "z" else [part]
            hit = next((d for h in heads if len(d := find_regions(h)) == 1), None)
            if hit:
                found.setdefault(hit[0].name, []).append(name)
    return {region: "、".join(names) for region, names in found.items()}
