"""What comparisons of one state of a database share, for a process that makes many: it depends on all documents and is dear to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.compare.divisions import Divisions, Said
from pipeline.compare.grouping import Grouping, Naming

if TYPE_CHECKING:
    from collections.abc import Callable

Told = Sequence[tuple[Naming, Sequence[Any]]]  # how targets are named, and whether they set floors, ceilings, say more, say less


@dataclass(slots=True)
class Shared:
    """Filled by the first comparison that needs a part. Never to be used for another state of the database than the one it was filled from.

    `places`: the divisions, and documents that do not say theirs; `grouping`: rows of names; `told`: name → what its targets say of the better
    direction.
    """

    places: tuple[Divisions, Mapping[str, Said]] | None = None
    grouping: Grouping | None = None
    told: dict[str, Told] = field(default_factory=dict)

    def located(self, find: Callable[[], tuple[Divisions, Mapping[str, Said]]]) -> tuple[Divisions, Mapping[str, Said]]:
        """The divisions and the documents without one."""
        self.places = self.places or find()
        return self.places

    def grouped(self, find: Callable[[], Grouping]) -> Grouping:
        """The rows."""
        self.grouping = self.grouping or find()
        return self.grouping

    def said(self, names: Sequence[str], find: Callable[[Sequence[str]], Mapping[str, Told]]) -> list[tuple[Naming, Sequence[Any]]]:
        """What targets of some names say."""
        missing = [name for name in names if name not in self.told]
        if missing:
            found = find(missing)
            self.told.update({name: found.get(name, ()) for name in missing})
        return [told for name in names for told in self.told[name]]
