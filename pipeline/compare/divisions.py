"""The divisions that documents are of: one column for a place, under its name of today, told apart from others of the same name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import cache

from schemas.regions import NATIONAL, Region, find_regions, former_regions, present_code, regions

NATION, UNKNOWN = "全国", "未知地区"  # the columns of national plans, and of those whose region nothing tells
Said = tuple[str | None, str | None]  # region and code, as a document or the list of sources says


class Divisions:
    """The divisions of all documents of a database. Which name one has depends on the others: of two 朝阳区 each is told apart."""

    def __init__(self, said: Iterable[Said]) -> None:
        pairs = dict.fromkeys(said)
        self._now = {pair: _present(*pair) for pair in pairs}
        told = dict(zip(self._now.values(), _told_apart(list(self._now.values())), strict=True))
        self._shown = {pair: told[now] for pair, now in self._now.items()}

    def present(self, said: Said) -> str | None:
        """The name of today."""
        return self._now[said][0]

    def shown(self, said: Said) -> str | None:
        """The name of today, told apart from others."""
        return self._shown[said]

    def every(self) -> list[Said]:
        """All that is said."""
        return list(self._now)

    def codes(self) -> dict[str, str | None]:
        """Name of each column → code as documents say it."""
        return {self._shown[pair] or UNKNOWN: pair[1] for pair in sorted(self._shown, key=lambda pair: [part or "" for part in pair])}

    def said(self, columns: Set[str]) -> list[Said]:
        """What documents of some columns say."""
        return [pair for pair, shown in self._shown.items() if (shown or UNKNOWN) in columns]


def _present(region: str | None, code: str | None) -> tuple[str | None, str | None]:
    """Full name and code of today of a division, also of one that was renamed or went over into one other (襄樊市 → 襄阳市, 恩施州): its plans stand
    in one column. A place that is no division (经开区) keeps its name."""
    if code == NATIONAL:
        return NATION, code
    if not region or not code:
        return region, None
    then = _former().get((code, region))
    now = present_code(then.code, then.valid_to) if then else code if any(r.code == code for r in find_regions(region)) else None
    name = _names().get(now) if now else None
    return (name, now) if name else (region, None)


@cache
def _names() -> dict[str, str]:
    """Code → name of the divisions of today."""
    return {r.code: r.name for r in reversed(regions())}


@cache
def _former() -> dict[tuple[str, str], Region]:
    """Code and name → a division that ended; of several the one that is listed first."""
    return {(r.code, r.name): r for r in reversed(former_regions())}


def _told_apart(divisions: Sequence[tuple[str | None, str | None]]) -> list[str | None]:
    """The names of divisions; of two that bear one name (朝阳区) each with that of the division above it: 北京市朝阳区, 长春市朝阳区."""
    codes: dict[str | None, set[str]] = {}
    for name, code in divisions:
        codes.setdefault(name, set()).update({code} if code else ())
    above = {r.code: r.name for r in regions()}
    parents = {r.code: above.get(r.parent, "") for r in regions()}
    return [f"{parents.get(code, '')}{name}" if code and len(codes[name]) > 1 else name for name, code in divisions]
