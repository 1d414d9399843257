"""Small immutable classes: alike where their fields are, of use as keys, without other attributes, and the same after a trip to another process."""

import pickle

import pytest

from schemas.types import Slot, Span


def test_structs_are_compared_and_kept_by_their_fields() -> None:
    slot = Slot("森林覆盖率", (Span(3, 8),), "rule")
    assert slot == Slot("森林覆盖率", (Span(3, 8),), "rule") != Slot("森林覆盖率", (Span(3, 9),), "rule")
    assert {slot: 1}[Slot("森林覆盖率", (Span(3, 8),), "rule")] == 1
    assert pickle.loads(pickle.dumps(slot)) == slot
    assert repr(Span(3, 8)) == "Span(start=3, end=8)"
    with pytest.raises(AttributeError):
        slot.other = 1  # type: ignore[attr-defined]
