"""Limits that keep one hostile or broken file from taking the machine: named settings, and the budget of one document."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from schemas.errors import LimitError, ZhibiaoError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost. Each is raised with `--limit name=value` or the variable ZHIBIAO_LIMITS ("pages=9000,seconds=60")."""

    file_mb: int = 300  # size of the file on disk
    unpacked_mb: int = 600  # size of all members of an archive (DOCX, XLSX, OFD, ZIP) after unpacking
    expansion: int = 200  # unpacked ÷ packed size of a member of more than 1 MB
    members: int = 2000  # files in an archive or folder
    pages: int = 3000  # pages of a PDF, an OFD file or a TIFF
    ocr_pages: int = 300  # pages without text that go through character recognition
    pixels: int = 100_000_000  # of one picture
    cells: int = 500_000  # table cells of a document
    cell_chars: int = 100_000  # characters of one cell; what is longer is cut, with an issue
    nodes: int = 5_000_000  # elements of one XML or HTML tree
    seconds: int = 900  # for reading one document
    memory_mb: int = 4000  # by which the process may grow while it reads one document


def read_limits(settings: Iterable[str] = ()) -> Limits:
    """The limits, changed by the environment and then by `settings` ("name=value"). Raises ZhibiaoError for an unknown name or no number."""
    limits = Limits()
    known = {f.name for f in fields(Limits)}
    for setting in (*filter(None, os.environ.get("ZHIBIAO_LIMITS", "").split(",")), *settings):
        name, _, value = setting.partition("=")
        if name.strip() not in known or not value.strip().isdecimal():
            raise ZhibiaoError(f"“{setting}” is no limit: write name=number with one of {', '.join(sorted(known))}")
        limits = replace(limits, **{name.strip(): int(value)})
    return limits


@dataclass(slots=True)
class Budget:
    """The limits of one document and what it has used so far; every check raises LimitError saying how to raise the limit."""

    limits: Limits = field(default_factory=Limits)
    _begun: float = field(default_factory=lambda: time.monotonic())
    _resident: float = field(default_factory=lambda: resident_mb())
    _unpacked: int = 0
    _cells: int = 0

    def check(self, name: str, amount: float, what: str) -> None:
        """Refuse where `amount` is over the limit `name`; `what` says in words what there is so much of."""
        limit = getattr(self.limits, name)
        if amount > limit:
            amounted = f"{amount:,.1f}".removesuffix(".0")
            raise LimitError(
                f"{what}: {amounted} is over the limit {name}={limit}; if the file is sound, run again with --limit {name}={_room(amount)}"
            )

    def tick(self) -> None:
        """Check time and memory; parsers call it for every page, sheet or thousand elements."""
        self.check("seconds", time.monotonic() - self._begun, "seconds of reading")
        self.check("memory_mb", resident_mb() - self._resident, "MB of memory")

    def unpack(self, packed: int, unpacked: int, name: str) -> None:
        """Count a member of an archive before it is unpacked."""
        self._unpacked += unpacked
        if unpacked > 1_000_000:
            self.check("expansion", unpacked / max(packed, 1), f"times the packed size ({name})")
        self.check("unpacked_mb", self._unpacked / 1e6, f"MB unpacked (at {name})")

    def cells(self, count: int) -> None:
        """Count table cells."""
        self._cells += count
        self.check("cells", self._cells, "table cells")


def _room(amount: float) -> int:
    """A round number above an amount."""
    step: int = 10 ** max(len(str(int(amount))) - 2, 0)
    return (int(amount) // step + 1) * step


def resident_mb(process: int | None = None) -> float:
    """Memory of a process (default: this one) in MB (0 where the system does not tell, or it has ended)."""
    try:
        return int(Path(f"/proc/{process or 'self'}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0
