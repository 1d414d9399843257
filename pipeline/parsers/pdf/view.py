"""How a PDF page is turned and cut: user space (from the lower left, unrotated) → points from the upper left corner of the page as it is read."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pypdfium2.raw as raw


@dataclass(frozen=True, slots=True)
class View:
    """An affine map (x, y) → (a·x + c·y + e, b·x + d·y + f) and the size of the page it leads to, in points."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the page as it is read."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def quarter(self, a: float, b: float) -> int | None:
        """The direction (a, b) of a line of text in quarter turns clockwise from left-to-right, None where it is aslant by more than 3°."""
        x, y = self.a * a + self.c * b, self.b * a + self.d * b
        if abs(y) <= 0.05 * abs(x):
            return 0 if x > 0 else 2
        if abs(x) <= 0.05 * abs(y):
            return 1 if y > 0 else 3
        return None

    def turned(self, quarter: int) -> View:
        """The view in which text of that direction runs from left to right."""
        if quarter == 1:  # running down: turned anticlockwise
            return View(self.b, -self.a, self.d, -self.c, self.f, self.width - self.e, self.height, self.width)
        if quarter == 2:
            return View(-self.a, -self.b, -self.c, -self.d, self.width - self.e, self.height - self.f, self.width, self.height)
        if quarter == 3:
            return View(-self.b, self.a, -self.d, self.c, self.height - self.f, self.e, self.height, self.width)
        return self


def view_of(page: object) -> View:
    """The view of a page: the crop box, turned by the page's own rotation."""
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    width, height = box.right - box.left, box.top - box.bottom
    view = View(1, 0, 0, -1, -box.left, box.top, width, height)
    # /Rotate 90 shows the page turned clockwise: what runs up then runs to the right
    return view.turned({0: 0, 1: 3, 2: 2, 3: 1}[raw.FPDFPage_GetRotation(page)])
