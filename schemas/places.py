"""Issuers and places that are no divisions: bodies of the whole country, development zones."""

from __future__ import annotations

from functools import cache

import regex

from schemas.regions import Region, by_key, level, region_names_in
from schemas.vocab import read


@cache
def _national() -> regex.Pattern[str]:
    return regex.compile("|".join(f"(?:{pattern})" for pattern in read("regions")["national"]))


def is_national(issuer: str) -> bool:
    """Whether an issuer (or every one of several, joined by 、) is certainly a body of the whole country: 工业和信息化部、国家发展改革委."""
    return all(bool(_national().fullmatch(part.strip())) and not region_names_in(part, former=True) for part in regex.split("[、,， ]", issuer))


_ZONE = regex.compile(
    r"(?P<own>[一-龥]{2,12}?)(?:(?:国家级?|省级)?(?:经济技术开发区|高新技术产业(?:开发区|园区)|高新技术开发区|经济开发区|综合保税区|自由贸易试验区|"
    r"产业集聚区|工业园区|经开区|高新区|示范区|新区))(?P<seat>管委会|管理委员会|党工委)?"
)


def zone_at(text: str, whole: str) -> str | None:
    """The development zone that a text begins with, by its name: 郑州高新区 in 郑州高新区管委会. Zones are no divisions and have no code.

    It counts where its seat is named behind it, where it bears a division's short name, or where the document (`whole`) names it more than once.
    """
    hit = _ZONE.match(text)
    if not hit:
        return None
    name = text[: hit.start("seat")] if hit["seat"] else hit[0]
    ends = {end for _, end, _ in region_names_in(text, former=True)}
    if len(name) in ends or (hit.end("own") in ends and not hit["seat"]):  # 浦东新区 is a division; 河南省高新区 are all of a province
        return None
    return name if hit["seat"] or hit["own"] in by_key() or whole.count(name) > 1 else None


def parent_of_place(name: str) -> Region | None:
    """The division whose name a place that is none begins with: 郑州市 for 郑州高新区; None where it begins with none or with that of several."""
    for size in range(len(name) - 1, 1, -1):
        found = [r for r in by_key().get(name[:size], ()) if r.valid_to is None]
        found = [r for r in found if r.name == name[:size]] or [r for r in found if level(r.code) != "county"] or found
        if found:
            return found[0] if len(found) == 1 else None
    return None
