"""Time grows with the size of a file, not faster: whatever stands in it four times as often takes about four times as long, sixteen times, sixteen.

The soak tries every construct of `growing`; the normal suite those in which time once grew with the square, and some of each format.
"""

from __future__ import annotations

import gc
from time import process_time

import pytest

from pipeline.parsers import parse_bytes
from pipeline.run import process
from schemas.errors import ParseError
from schemas.limits import Limits
from tests.faults.growing import growing

LIMITS = Limits(expansion=10**6, members=20_000)
# four times the size may take this many times as long: with the square it takes 16 times as long, evenly 4 to 6 (larger files leave the caches)
_MOST = 10.0
_LEAST = 0.02  # seconds: what takes less is noise
_ENOUGH, _QUICK = 1.5, 0.2  # seconds: what takes as long is not made larger, in the soak and in the normal suite
_SMALL = {"html: columns": 40, "docx: spans": 20, "html: cells of any size": 40, "html: never closed": 30}  # n² cells
# known: each value of a row is read with the row's name, so a name and its values multiply; a merged cell's text is read in each of its rows;
# cells as tall as a table make its columns as many as its rows
_PRODUCTS = {"html: tall cells", "text: long name of many values", "docx: merged down", "text: rows below a long cell"}
SHORT = {
    "text: tabs": 400,
    "text: columns": 100,
    "text: rows that repeat": 100,
    "html: title rows": 300,
    "html: rows left out": 300,
    "html: elements behind a long text": 2000,
    "ofd: texts of any size": 400,
    "pdf: texts in columns": 400,
    "xlsx: merged over all": 60,
    "docx: rows of widths": 60,
    "csv: quotes": 2000,
}


def _seconds(key: str, n: int) -> float | None:
    """Processor time of reading a construct of a size; None where it is refused."""
    name, made = growing()[key]
    data = made(n)
    gc.collect()
    begun = process_time()
    try:
        process(parse_bytes(data, name, limits=LIMITS), second=False)
    except ParseError as error:
        assert "limit" in str(error) or "attributes" in str(error) or "nest" in str(error) or "sound XML" in str(error), error
        return None
    return process_time() - begun


def _grows_evenly(key: str, n: int, enough: float) -> None:
    """Sizes four times as large, until the time can be measured and has been `enough`."""
    _seconds(key, 3)
    before, last = _seconds(key, n), 0
    while before is not None and before < enough and last < 3:
        n *= 4
        after = _seconds(key, n)
        if after is None:
            return
        for _ in range(4):  # the machine may have been busy: once more, and the better of them counts
            if after <= _MOST * max(before, _LEAST):
                break
            before, after = max(before, _seconds(key, n // 4) or 0.0), min(after, _seconds(key, n) or 0.0)
        assert after <= _MOST * max(before, _LEAST), f"{key}: {before:.2f} s for {n // 4}, {after:.2f} s for {n}"
        before, last = after, last + (after > _LEAST)


@pytest.mark.parametrize("key", sorted(SHORT))
def test_what_once_grew_with_the_square(key):
    _grows_evenly(key, SHORT[key], _QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("key", sorted(set(growing()) - _PRODUCTS))
def test_everything_grows_evenly(key):
    _grows_evenly(key, _SMALL.get(key, 100), _ENOUGH)


@pytest.mark.parametrize("key", sorted(_PRODUCTS))
def test_products_stay_small(key):
    """What grows with the product of two things in a row stays cheap at the sizes that tables have."""
    _seconds(key, 3)
    assert (_seconds(key, 100) or 0.0) < 2
