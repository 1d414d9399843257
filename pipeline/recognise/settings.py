"""Sizes of pictures and confidence: what recognition and those who call it go by."""

from __future__ import annotations

DPI = 200  # what pictures are brought to: characters of 10 points are 28 pixels high, as the models like them
LOW_CONFIDENCE = 0.75  # of the surest reading of one character; see tests/test_recognise.py for what clean and bad scans give
_A3_LONG = 17.0  # inches


def usual_dpi(width: int, height: int, stated: float = 0.0) -> float:
    """Pixels an inch of a picture of a page: `stated` where that makes a usual sheet of paper, else what makes it an A4 page.

    Cameras, screens and careless converters state 72 or 96 for everything.
    """
    short, long = sorted((width, height))
    if stated > 0 and 5 <= long / stated <= _A3_LONG and short / stated >= 2:
        return stated
    return max(long / 11.69, short / 8.27) if long < 2 * short else width / 8.27
