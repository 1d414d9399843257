"""Names that no vocabulary knows, put beside each other across documents where one only leaves out words of the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pipeline.compare.naming import contrasting

_LEAST = 0.7  # of the longer name's characters: 农村污水治理率 of 农村生活污水治理率 is 0.78
_SHORTEST = 5  # shorter names say too little to be alike


def merge_alike(names: Mapping[str, tuple[int, str]]) -> dict[str, tuple[str, float]]:
    """Name → (the name of its row, likeness); names that stand alone are left out.

    `names`: normal form → (number of documents that write it, what its values are). A name joins one that more documents write (or a
    longer one) if their values are alike, both end alike, no contrasting words part them (城镇, 农村), and the shorter one's characters stand in the
    longer one in their order: words are left out, none is replaced (初中入学率, 高中入学率 are two). Likeness is the share of characters kept.
    """
    blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, (_, values) in names.items():
        if len(name) >= _SHORTEST:
            blocks[values, name[-2:]].append(name)
    found: dict[str, tuple[str, float]] = {}
    for block in blocks.values():
        leaders: list[str] = []
        for name in sorted(block, key=lambda n: (-names[n][0], -len(n), n)):
            best = max(((_likeness(name, leader), leader) for leader in leaders), default=(0.0, ""))
            if best[0] >= _LEAST:
                found[name] = best[1], round(best[0], 3)
            else:
                leaders.append(name)
    return found


def _likeness(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST * len(long) or len(short) == len(long):
        return 0.0
    rest = iter(long)
    if not all(char in rest for char in short) or contrasting(one, other):
        return 0.0
    return len(short) / len(long)
