"""Which units answer for which task: statements in a task's own text, columns of its row, and what a text says once for many tasks."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from extractors import body
from schemas.folded import Folded
from schemas.types import Cell, Mention, Slot

Units = dict[str, list[Slot]]
COLUMNS = ("lead", "cooperate", "responsible", "implement", "data_source")
_NOTE = regex.compile(r"^\(?(?:注|说明|备注)\d?[:.]?")


class Duties:
    """Gives units to tasks; holds what carries over from one to the next: blanket clauses, and whether the first of a list leads."""

    def __init__(self) -> None:
        self.blanket: list[tuple[str, Slot]] = []
        self.first_leads = False
        self.tasks: list[Units] = []

    def begin(self, units: Units) -> None:
        """A new task has the units that a clause before it gives to all that follow."""
        self.tasks.append(units)
        for role, slot in self.blanket:
            units.setdefault(role, []).append(slot)

    def column(self, units: Units, cell: Cell) -> None:
        """Units of a cell whose column gives the role."""
        _add(units, cell.text, body.read_cell(cell.text.text, cell.role, cell.header))

    def heading(self, units: Units, cell: Cell) -> None:
        """Units that a heading cell names for all its rows: "医疗健康(牵头单位:省卫生健康委)"."""
        _add(units, cell.text, body.find_bodies(cell.text.text, self.first_leads))

    def text(self, units: Units | None, cell: Cell) -> None:
        """Units that running text gives to its task (None outside tasks), and what it says of other tasks."""
        text = cell.text.text
        if units is not None:
            _add(units, cell.text, body.find_bodies(text, self.first_leads))
        if body.declares_first_leads(text) is not None:
            self.first_leads = True
            if _NOTE.match(text):  # a note below a table or list is about what stands above it
                for earlier in self.tasks:
                    _first_leads(earlier)
        self._blanket(cell)

    def _blanket(self, cell: Cell) -> None:
        """Units that the text gives to all tasks that follow, or to all tasks."""
        for mention in body.find_blanket(cell.text.text):
            slot = Slot(_shown(cell.text, mention), cell.text.spans(mention.start, mention.end), mention.rule)
            self.blanket.append((mention.value.role, slot))
            for earlier in self.tasks if mention.rule == "body.blanket_all" else ():
                found = earlier.setdefault(mention.value.role, [])
                if slot.text not in {u.text for u in found}:
                    found.append(slot)


def assigned(units: Units) -> bool:
    """Whether a task has units of its own, not only those of a clause about many tasks."""
    return any(not slot.rule.startswith("body.blanket") for slots in units.values() for slot in slots)


def _add(units: Units, text: Folded, found: Iterable[Mention]) -> None:
    for mention in found:
        value: body.Assignment = mention.value
        slots = units.setdefault(value.role, [])
        name = _shown(text, mention)
        if name not in [s.text for s in slots]:
            slots.append(Slot(name, text.spans(mention.start, mention.end), mention.rule))


def _first_leads(units: Units) -> None:
    """Move the first responsible unit of a task without lead to `lead`."""
    if not units.get("lead") and (responsible := units.get("responsible")):
        units["lead"] = [responsible.pop(0)]


def _shown(text: Folded, mention: Mention) -> str:
    """The unit's name with the source's own punctuation."""
    name: str = mention.value.name
    return name.replace(mention.text, text.plain[mention.start : mention.end], 1) if mention.text in name else name
