"""Names to choose from while typing: indicators of the vocabulary, units."""

from __future__ import annotations

from functools import cache
from typing import Any

from pipeline import corrections
from schemas import vocab

Line = dict[str, Any]
MANY = 8


def indicators(text: str) -> list[Line]:
    """Indicators whose name or alias a text may mean: `name`, and beside it `unit` and `domain`."""
    text = text.strip()
    return [dict(one) for one in corrections.suggest(text, MANY)] if text else []


def units(text: str) -> list[Line]:
    """Spellings of units that begin with a text, then those that hold it, then the unit that the text itself is read as."""
    text = text.strip()
    if not text:
        return []
    begun = [form for form in _forms() if form.startswith(text)]
    held = [form for form in _forms() if text in form and not form.startswith(text)]
    own = [text] if vocab.units().find(text) else []
    return [{"name": form, "note": _dimension(form)} for form in dict.fromkeys([*own, *begun, *held])][:MANY]


@cache
def _forms() -> tuple[str, ...]:
    return tuple(sorted(vocab.units().by_form, key=lambda form: (len(form), form)))


def _dimension(form: str) -> str:
    found = vocab.units().find(form)
    return found.base if found and found.base != form else ""
