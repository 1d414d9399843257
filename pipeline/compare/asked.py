"""Which rows the indicators that a user names are: by id, by a name or alias of the vocabulary, or as documents write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from difflib import get_close_matches

from pipeline.canonical import squashed
from schemas.errors import ZhibiaoError
from schemas.indicators import indicators


def rows_of(words: Sequence[str], names: Mapping[str, Set[str]]) -> frozenset[str]:
    """The rows that are meant; `names`: as documents write them → the rows in which they stand.

    A name that the vocabulary knows means its indicator, also where no document states it, and rows of that very name whose unit or kind is not the
    indicator's. Raises ZhibiaoError for a name that neither the
    vocabulary nor a document has, with the names that are nearest.
    """
    known: dict[str, set[str]] = {}
    spelled: dict[str, str] = {}
    for one in indicators():
        for form in (one.id, one.name, *one.aliases):
            known.setdefault(squashed(form), set()).add(one.id)
            spelled.setdefault(squashed(form), form)
    written: dict[str, set[str]] = {}
    for name, rows in names.items():
        written.setdefault(squashed(name), set()).update(rows)
        spelled.setdefault(squashed(name), name)
    found: set[str] = set()
    for word in words:
        bare = squashed(word)
        meant = known.get(bare, set()) | written.get(bare, set())
        if not meant:
            near = [spelled[form] for form in get_close_matches(bare, spelled, n=5, cutoff=0.4)]
            told = f"; the nearest: {'、'.join(near)}" if near else ""
            raise ZhibiaoError(f"no indicator is called “{word}”{told}")
        found |= meant
    return frozenset(found)
