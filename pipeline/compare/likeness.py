"""Names that no vocabulary knows, put beside each other and beside known ones where one only leaves out words of the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pipeline.compare.naming import contrasting

_LEAST = 0.7  # of the longer name's characters: 农村污水治理率 of 农村生活污水治理率 is 0.78
_SHORTEST = 5  # shorter names say too little to be alike


def merge_alike(names: Mapping[str, tuple[int, str]], known: Iterable[tuple[str, str]] = ()) -> dict[str, tuple[str, float]]:
    """Name → (the name of its row, likeness); names that stand alone are left out.

    `names`: normal form → (number of documents that write it, what its values are); `known`: forms that have a row, and what its values are. A
    name joins a known one, else one that more documents write (or a longer one), if their values are alike, both end alike, no contrasting words
    part them (城镇, 农村), and the shorter one's characters stand in the longer one in their order: words are left out, none is replaced
    (初中入学率, 高中入学率 are two). Likeness is the share of characters kept.
    """
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, (_, values) in names.items():
        if len(name) >= _SHORTEST:
            blocks[values, name[-1:]].append(name)
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for form, values in known:
        rows[values, form[-1:]].append(form)
    found: dict[str, tuple[str, float]] = {}
    for block, mine in blocks.items():
        leaders = _Leaders([*mine, *rows[block]])
        for form in sorted(set(rows[block])):
            leaders.add(form)
        for name in sorted(mine, key=lambda n: (-names[n][0], -len(n), n)):
            best = max(((_likeness(name, leader), leader) for leader in leaders.near(name)), default=(0.0, ""))
            if best[0] >= _LEAST:
                found[name] = best[1], round(best[0], 3)
            else:
                leaders.add(name)
    return found


class _Leaders:
    """Names by their characters, so that only those are looked at that can hold a name, or be held by it: the rarest character of either tells."""

    def __init__(self, every: list[str]) -> None:
        self._often = Counter(char for name in every for char in set(name))
        self._by_char: dict[str, list[str]] = defaultdict(list)
        self._by_rarest: dict[str, list[str]] = defaultdict(list)

    def _rarest(self, name: str) -> str:
        return min(name, key=lambda char: (self._often[char], char))

    def add(self, name: str) -> None:
        """Take a name in."""
        self._by_rarest[self._rarest(name)].append(name)
        for char in set(name):
            self._by_char[char].append(name)

    def near(self, name: str) -> Iterator[str]:
        """Names that may be longer forms of a name, or shorter ones."""
        yield from (other for other in self._by_char[self._rarest(name)] if len(other) > len(name))
        yield from (other for char in sorted(set(name)) for other in self._by_rarest[char] if len(other) < len(name))


def _likeness(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST * len(long) or len(short) == len(long):
        return 0.0
    rest = iter(long)
    if not all(char in rest for char in short) or contrasting(one, other):
        return 0.0
    return len(short) / len(long)
