"""A workbook in Excel's format before 2007 (BIFF8 in an OLE file), for tests that damage it: text cells of one sheet, one merged range."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """The bytes of a workbook with the rows of texts on one sheet."""
    name = "Sheet1".encode("utf-16-le")
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            sheet += _record(0x204, struct.pack("<HHHHB", r, c, 0, len(text), 1) + text.encode("utf-16-le"))
    sheet += _record(0x203, struct.pack("<HHHd", len(rows), 0, 0, 0.5)) + _record(0xE5, struct.pack("<HHHHH", 1, 0, 0, 1, 2)) + _record(0x0A, b"")
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    place = len(head) + 4 + 8 + len(name) + 4
    return _ole(head + _record(0x85, struct.pack("<IBBBB", place, 0, 0, len(name) // 2, 1) + name) + _record(0x0A, b"") + sheet)


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _ole(stream: bytes) -> bytes:
    """An OLE file with one stream, Workbook, long enough not to be kept among the short ones."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_TABLE, _END, *range(3, 2 + count), _END]
    header = struct.pack("<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, _END, 0, _END, 0, 0)
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return header.ljust(_SECTOR, b"\xff") + _numbers(table) + directory.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", letters, len(letters), kind, 1, _FREE, _FREE, child, start, size)


def _numbers(table: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(table)}I", *table).ljust(_SECTOR, b"\xff")


__all__ = ["workbook"]
