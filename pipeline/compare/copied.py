"""The documents outside a comparison that tell whether those inside count: their copies, and texts that repeal them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.canonical import squashed
from pipeline.compare.divisions import UNKNOWN
from pipeline.compare.facts import DOCUMENT
from pipeline.compare.grouping import Grouping, groups
from pipeline.compare.items import objects, records, years
from pipeline.compare.plans import FEWEST, SAID, dated, one_text
from pipeline.compare.reader import Reader

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, ...]
Record = dict[Any, Any]


class Related:
    """`documents`: those compared and all that their validity depends on, and these documents' own. `said`, `common`: what tells copies among
    them (see `plans.copies`).

    Copies are told by the same bytes in any region, and by shared targets in one region, or where the region of one is not known; such a one
    may be the copy of a document of a third region instead, which is then looked at too. Texts that repeal or extend a document by its number
    may be of any region; those that name its title, and later ones of its name, are of its own.
    """

    def __init__(self, reader: Reader, grouping: Grouping, documents: pd.DataFrame, more: Iterable[str], whole: bool) -> None:
        """`documents`: those compared; `more`: ids of others that are told of; `whole`: whether the documents are all there are."""
        self._reader, self._grouping, self._whole = reader, grouping, whole
        self._rows: dict[str, Record] = {}
        self._columns: set[str] = set()
        self._words: dict[str, set[Key]] = {}
        self._take(documents)
        self._seeds = set(self._rows) | set(more)
        if not whole:
            self._whole_columns(reader.documents_by("id", more))
            self._whole_columns(reader.documents({UNKNOWN}))
        while self._grown():
            pass
        self.documents = self._frame()

    def _frame(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(list(self._rows.values()), columns=DOCUMENT, dtype=object)

    def _take(self, found: pd.DataFrame) -> bool:
        new = {row["id"]: row for row in records(found) if row["id"] not in self._rows}
        self._rows |= new
        return bool(new)

    def _whole_columns(self, found: pd.DataFrame) -> bool:
        """Take documents with all of their regions: what became of a document is said there."""
        columns = {shown or UNKNOWN for shown in self._reader.shown(found)} - self._columns
        self._columns |= columns
        return self._take(self._reader.documents(columns)) if columns else False

    def _grown(self) -> bool:
        """Whether documents were found on which those known so far depend."""
        self._pairs = self._strong()
        if self._whole:
            self._settle()
            return False
        rows = list(self._rows.values())
        grown = self._whole_columns(self._reader.documents_by("sha256", (row["sha256"] for row in rows)))
        numbers = {squashed(row["doc_number"]) for row in rows if row["doc_number"]}
        naming = {document for document, number in self._reader.repeals() if squashed(number) in numbers}
        grown |= self._take(self._reader.documents_by("id", naming - set(self._rows)))
        grown |= self._whole_columns(self._reader.documents_by("id", self._elsewhere()))
        if not grown:
            self._settle()
        return grown

    def _strong(self) -> list[tuple[Record, Record]]:
        """Documents that may be one text and share targets: candidates for copies."""
        frame = self._frame()
        frame["given"] = [json.loads(given or "{}") for given in frame["given"]]
        known = records(dated(frame, self._reader.divisions))
        loose = [r for r in known if not r["title"] and not r["region_shown"]]
        pairs = list(partners(known))
        needed = [r for pair in pairs for r in pair] if not loose else [*loose, *(r for r in known if r["region_shown"])]
        self._read([r["id"] for r in needed])
        holders: dict[Key, list[Record]] = defaultdict(list)
        for r in loose:
            for key in self._words.get(r["id"], ()):
                holders[key].append(r)
        for r in known if loose else ():
            near = {other["id"]: other for key in self._words.get(r["id"], ()) for other in holders.get(key, ())}
            pairs += [(r, other) for other in near.values() if other is not r and one_text(r, other)]
        none: set[Key] = set()
        return [(a, b) for a, b in pairs if len(self._words.get(a["id"], none) & self._words.get(b["id"], none)) >= FEWEST]

    def _read(self, documents: Iterable[str]) -> None:
        missing = [d for d in dict.fromkeys(documents) if d not in self._words]
        if not missing:
            return
        rows = self._reader.words(missing)
        places = {identity: (row["region"], row["region_code"], row["given"]) for identity, row in self._rows.items()}
        for column, part in (("region", 0), ("region_code", 1), ("given", 2)):
            rows[column] = objects((places[d][part] for d in rows["document_id"]), rows)
        self._words |= {d: set() for d in missing}
        for document, *key in self._keys(rows).itertuples(index=False, name=None):
            self._words[document].add(tuple(key))

    def _keys(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Document id and the columns SAID of rows of targets with their places."""
        frame = rows.assign(region=objects(self._reader.shown(rows), rows))
        grouped = groups(frame, self._grouping)
        frame = frame.assign(group=grouped["group"], scope_class=grouped["scope_class"], year=objects(years(frame), frame))
        return frame[["document_id", *SAID]]

    def _elsewhere(self) -> set[str]:
        """Documents of other regions whose copy a document without a region may be rather than of the one it was found with."""
        beside: dict[str, list[Record]] = defaultdict(list)
        for a, b in self._pairs:
            beside[a["id"]].append(b)
            beside[b["id"]].append(a)
        reached, open_ = set(self._seeds), [r for seed in self._seeds for r in beside[seed]]
        while open_:
            r = open_.pop()
            if r["id"] not in reached:
                reached.add(r["id"])
                open_ += beside[r["id"]]
        bare = {r["id"] for pair in self._pairs for r in pair if not r["region_shown"]} & reached
        found: set[str] = set()
        for document in bare:
            mine = self._words[document]
            rows = self._shared(mine)
            often = rows[rows["hit"]].drop_duplicates(["document_id", *SAID])["document_id"].value_counts()
            found |= {str(d) for d, n in often.items() if n >= FEWEST}
        return found - set(self._rows)

    def _shared(self, keys: set[Key]) -> pd.DataFrame:
        """All targets of the database that say some keys, in the column `hit` whether they do."""
        namings: dict[str, set[str]] = defaultdict(set)
        for naming in self._grouping.namings({key[0] for key in keys}):
            namings[self._grouping.group(naming)].add(str(naming[0]))
        said = self._keys(self._reader.sharing((name, key[1]) for key in keys for name in namings[key[0]]))
        return said.assign(hit=[key in keys for key in said[list(SAID)].itertuples(index=False, name=None)])

    def _settle(self) -> None:
        """Tell what decides about the candidates: what each of them says, and how many documents say what two of them share."""
        import pandas as pd

        of = {r["id"]: r["name"] for pair in self._pairs for r in pair}
        rows = [(name, *key) for document, name in of.items() for key in self._words[document]]
        self.said = pd.DataFrame(rows, columns=["document", *SAID], dtype=object)
        shared = {key for a, b in self._pairs for key in self._words[a["id"]] & self._words[b["id"]]}
        self.common: Mapping[Key, int] = {}
        if shared:
            hits = self._shared(shared)
            hits = hits[hits["hit"]].drop_duplicates(["document_id", *SAID])
            self.common = Counter(hits[list(SAID)].itertuples(index=False, name=None))


def partners(known: list[Record]) -> Iterator[tuple[Record, Record]]:
    """Documents that may be one text by what they say of themselves (`plans.one_text`), each pair once; not those without both title and region,
    which may be one text with nearly all."""
    by_title: dict[tuple[str | None, str], list[Record]] = defaultdict(list)
    untitled: dict[str | None, list[Record]] = defaultdict(list)
    titled: dict[str | None, list[Record]] = defaultdict(list)
    regions: dict[str, set[str | None]] = defaultdict(set)
    for r in known:
        title, region = squashed(r["title"] or ""), r["region_shown"]
        if title:
            by_title[region, title].append(r)
            regions[title].add(region)
            titled[region].append(r)
        else:
            untitled[region].append(r)
    seen: set[tuple[str, str]] = set()
    for r in known:
        title, region = squashed(r["title"] or ""), r["region_shown"]
        others: list[Record] = []
        if title:
            near = (region, None) if region else regions[title]
            others = [o for place in dict.fromkeys(near) for o in by_title.get((place, title), ())]
        elif region:
            others = [*untitled[region], *titled[region], *titled[None]]
        for other in others:
            pair = (min(r["name"], other["name"]), max(r["name"], other["name"]))
            if other is not r and pair not in seen and one_text(r, other):
                seen.add(pair)
                yield r, other
