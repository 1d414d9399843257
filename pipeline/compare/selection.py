"""The part of a database that a comparison of some regions or indicators needs, so that its results are those of reading everything.

Of the documents compared: their targets (of the rows asked for), tasks, ledger. Of all others only what these depend on:

- rows: in which row a name stands that no vocabulary knows depends on all names: they are counted over an index (`Reader.namings`);
- better directions: of rows without one in the vocabulary all targets are asked for floors and ceilings (`Reader.bounds`);
- divisions: two that bear one name are told apart, so all are read, each once (`Divisions`);
- whether a document counts: it may be a copy of another (the same bytes; the same targets in a document of its region, or of none that is
  known), be repealed by number from any region, or by a later text of its region (`copied.py`);
- levels above (findings): numbers that a province, the nation or the city above sets for the place, or to which a target points.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import store
from pipeline.compare import cascade
from pipeline.compare.asked import rows_of
from pipeline.compare.beyond import Beyond
from pipeline.compare.copied import Related
from pipeline.compare.facts import Facts, Part, count, failures, load_part
from pipeline.compare.grouping import namings
from pipeline.compare.items import World, objects
from pipeline.compare.mentions import LOST, speaks_of
from pipeline.compare.options import Options
from pipeline.compare.places import failed_regions, regions_of
from pipeline.compare.reader import Reader
from pipeline.compare.shared import Shared
from schemas.indicators import indicators
from schemas.regions import regions

if TYPE_CHECKING:
    import pandas as pd
    import sqlalchemy as sa

DATED = ("date", "duration", "deadline")  # reasons of the ledger that tell when a task is due


def suffices(options: Options) -> bool:
    """Whether a part of the database is enough for a comparison."""
    return bool(options.regions or options.indicators or _by_domain(options))


def _by_domain(options: Options) -> bool:
    """Whether only the targets of the domains are needed: changes and findings are told of all."""
    return bool(options.domains) and not (options.wants("changes") or options.wants("findings"))


def load(engine: sa.Engine, options: Options, shared: Shared | None = None) -> Facts:
    """The stored rows that a comparison of some regions, indicators or domains needs.

    Raises StoreError where there is no database, ZhibiaoError for a region or indicator that is not known.
    """
    with store.reading(engine) as connection:
        return _Selection(Reader(connection, shared), options).facts()


def targets_read(engine: sa.Engine, options: Options | None = None, shared: Shared | None = None) -> int:
    """How many targets a comparison would read, at most: told by counting, in far less than a second for a million.

    Raises StoreError where there is no database, ZhibiaoError for a region or indicator that is not known.
    """
    options = options or Options()
    with store.reading(engine) as connection:
        if not suffices(options):
            return count(connection)
        return _Selection(Reader(connection, shared), options).size()


def share(engine: sa.Engine, shared: Shared) -> None:
    """Fill what comparisons of one state of a database share, beforehand: seconds of work for a million targets."""
    with store.reading(engine) as connection:
        reader = Reader(connection, shared)
        grouping = reader.grouping()
        reader.bounds(grouping, set().union(*grouping.names().values()) - {i.id for i in indicators() if i.direction != "none"})


class _Selection:
    def __init__(self, reader: Reader, options: Options) -> None:
        self._reader, self._options = reader, options
        self._grouping = reader.grouping()
        self._groups = self._rows()

    def _rows(self) -> frozenset[str] | None:
        if self._options.indicators:
            return rows_of(self._options.indicators, self._grouping.names())
        if _by_domain(self._options):
            return frozenset(i.id for i in indicators() if i.domain in self._options.domains)
        return None

    def facts(self) -> Facts:
        """The rows, with what they take from the rest."""
        import pandas as pd

        reader, findings = self._reader, self._options.wants("findings")
        documents = reader.documents(self._columns())
        mine = documents["id"].tolist()
        targets = self._targets(documents)
        above = self._above(documents, targets) if findings and self._options.regions else targets.iloc[:0]
        related = Related(reader, self._grouping, documents, set(above["document_id"]) - set(mine), not self._options.regions)
        read = pd.concat([targets, above], ignore_index=True).drop_duplicates("id", ignore_index=True)
        rows = {self._grouping.group(naming) for naming in namings(self._placed(read, related.documents))}
        world = World(self._grouping, reader.bounds(self._grouping, rows - {i.id for i in indicators() if i.direction != "none"}))
        tasks = mine if self._groups is None and (findings or self._options.wants("load")) else None
        ledger = mine if findings or self._options.wants("matrix") else []
        part = Part(related.documents, read, tasks, ledger, sorted({*LOST, *DATED} if findings else LOST), findings)
        sizes = reader.sizes(related.documents["id"].tolist()) if self._options.wants("plans") else {}
        beyond = Beyond(reader.divisions, world, self._groups, related.said, related.common, sizes, None)
        found = load_part(reader.connection, part, beyond)
        return replace(found, beyond=replace(beyond, named=self._named(found, mine)))

    def size(self) -> int:
        """The number of targets of the documents, or of the rows asked for, whichever is smaller."""
        columns = self._columns()
        sizes = self._reader.sizes(self._reader.documents(columns)["id"].tolist()).values() if columns is not None else None
        documents = count(self._reader.connection) if sizes is None else sum(targets for _, targets in sizes)
        return documents if self._groups is None else min(documents, self._grouping.size(self._groups))

    def _columns(self) -> frozenset[str] | None:
        """The regions that are asked for, None for all."""
        if not self._options.regions:
            return None
        failed = failed_regions(failures(self._reader.connection))
        return frozenset(regions_of(self._reader.divisions.codes(), failed, self._options)[0])

    def _targets(self, documents: pd.DataFrame) -> pd.DataFrame:
        """The targets of the documents, of the rows asked for; for the load also the others of their tasks: a task counts once for each year."""
        import pandas as pd

        ids = documents["id"].tolist() if self._options.regions else None
        if self._groups is None:
            return self._reader.targets(ids, None)
        names = sorted({str(naming[0]) for naming in self._grouping.namings(self._groups)})
        found = self._reader.targets(ids, names)
        hits = (self._grouping.group(naming) in self._groups for naming in namings(self._placed(found, documents)))
        found = found[objects(hits, found).astype(bool)]
        if not self._options.wants("load"):
            return found
        rest = self._reader.targets_by("task_id", (task for task in found["task_id"] if isinstance(task, str)))
        return pd.concat([found, rest], ignore_index=True).drop_duplicates("id", ignore_index=True)

    def _placed(self, targets: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
        """Targets with their regions."""
        places = dict(zip(documents["id"], self._reader.shown(documents), strict=True))
        return targets.assign(region=objects((places[document] for document in targets["document_id"]), targets))

    def _above(self, documents: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
        """Targets of the levels above: for places compared by name, and of indicators for which a target points there."""
        import pandas as pd

        codes = {code for code in documents["region_code"] if isinstance(code, str)}
        above = {level for code in codes for level in cascade.levels_above(code)}
        places = sorted({r.name for r in regions() if r.code in codes})
        pointing = targets[objects((cascade.points(*row) for row in zip(targets["kind"], targets["value_text"], strict=True)), targets).astype(bool)]
        rows = {self._grouping.group(naming) for naming in namings(self._placed(pointing, documents))}
        names = sorted({str(naming[0]) for naming in self._grouping.namings(rows)})
        return pd.concat([self._reader.numbers(above, "scope", places), self._reader.numbers(above, "indicator", names)], ignore_index=True)

    def _named(self, found: Facts, mine: Sequence[str]) -> pd.DataFrame | None:
        """Names of other rows in the documents compared, where a line of the ledger has one that was asked for: a longer name stands before it."""
        if self._groups is None or not speaks_of(self._grouping, self._groups, found.coverage):
            return None
        rows = self._reader.named(mine)
        names = dict(zip(found.documents["id"], found.documents["name"], strict=True))
        placed = self._placed(rows, found.documents.assign(given=[json.dumps(given) for given in found.documents["given"]]))
        return rows.assign(
            group=objects((self._grouping.group(naming) for naming in namings(placed)), rows),
            document=objects((names[document] for document in rows["document_id"]), rows),
        )
