"""OLE files (Word, Excel, WPS before 2007): the names of their streams, which tell whose file it is, and the bytes of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

_END = 0xFFFFFFFA  # numbers from here on are marks, no sectors
_ENTRY = 128
_SHORT = 4096  # bytes below which a stream is kept with other short ones
_MOST = 4096  # directory sectors and entries looked at


def stream_names(data: bytes) -> set[str]:
    """Names of the streams and storages at the top level; where the directory is damaged, all names that its entries still give.

    Names of embedded objects (an Excel table in a Word file) lie deeper and are left out.
    """
    entries = _entries(data)
    if not entries:
        return set()
    names: set[str] = set()
    stack, seen = [int.from_bytes(entries[0][76:80], "little")], set()
    while stack:
        at = stack.pop()
        if at in seen or at >= len(entries):
            continue
        seen.add(at)
        names.add(_name(entries[at]))
        stack += [int.from_bytes(entries[at][68:72], "little"), int.from_bytes(entries[at][72:76], "little")]
    return names or {_name(e) for e in entries}


def _entries(data: bytes) -> list[bytes]:
    """The directory's entries, its sectors followed through the allocation table as far as they go."""
    found: list[bytes] = []
    for block in islice(_blocks(data, int.from_bytes(data[48:52], "little")), _MOST):
        found += [block[i : i + _ENTRY] for i in range(0, len(block) - _ENTRY + 1, _ENTRY)]
    return found[:_MOST]


def stream(data: bytes, name: str) -> bytes:
    """The bytes of a stream, as far as its sectors can be followed; none where there is no such stream."""
    entries = _entries(data)
    entry = next((e for e in entries if _name(e) == name), None)
    if entry is None:
        return b""
    start, length = int.from_bytes(entry[116:120], "little"), int.from_bytes(entry[120:124], "little")
    if length >= _SHORT:
        return b"".join(_blocks(data, start))[:length]
    inside = b"".join(_blocks(data, int.from_bytes(entries[0][116:120], "little")))  # short streams share that of the root
    following = b"".join(_blocks(data, int.from_bytes(data[60:64], "little")))
    found, seen = b"", set()
    while start < _END and start not in seen:
        seen.add(start)
        found += inside[64 * start : 64 * start + 64]
        start = int.from_bytes(following[4 * start : 4 * start + 4] or b"\xff" * 4, "little")
    return found[:length]


def _blocks(data: bytes, sector: int) -> Iterator[bytes]:
    """The sectors of a chain, followed through the allocation table as far as they go."""
    size = 4096 if data[30:32] == b"\x0c\0" else 512
    table = [int.from_bytes(data[i : i + 4], "little") for i in range(76, 512, 4)]
    seen: set[int] = set()
    while sector < _END and sector not in seen and (sector + 1) * size < len(data):
        seen.add(sector)
        yield data[(sector + 1) * size : (sector + 2) * size]
        sector = _next(data, table, sector, size)


def _next(data: bytes, table: list[int], sector: int, size: int) -> int:
    """The sector after another one in the allocation table."""
    index, within = divmod(sector, size // 4)
    if index >= len(table) or table[index] >= _END:
        return _END
    at = (table[index] + 1) * size + 4 * within
    return int.from_bytes(data[at : at + 4], "little") if at + 4 <= len(data) else _END


def _name(entry: bytes) -> str:
    length = min(int.from_bytes(entry[64:66], "little"), 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
