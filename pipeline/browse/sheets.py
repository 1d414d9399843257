"""Which pages of a document can be shown as pictures, and whether its file is still what was read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import sqlalchemy as sa

from pipeline.parsers.sniff import expected_format
from pipeline.pictures import FORMATS
from schemas import tables


def sheets_of(connection: sa.Connection, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of a document whose pages can be drawn, and the pages of each that something was read on; `file` is None for the document's own."""
    if row["format"] not in (*FORMATS, "zip", "folder"):
        return []
    e = tables.evidence.c
    query = sa.select(e.file, e.page).where(e.document_id == row["id"], e.page.is_not(None)).distinct().order_by(e.file, e.page)
    found: dict[str | None, list[int]] = {} if row["format"] in ("zip", "folder") else {None: []}
    for file, page in connection.execute(query):
        if file is None or expected_format(PurePosixPath(file).name) in FORMATS:
            found.setdefault(file, []).append(page)
    return [{"file": file, "pages": pages} for file, pages in found.items()]


def choose(
    connection: sa.Connection, row: Mapping[str, Any], sheets: Sequence[Mapping[str, Any]], at: tuple[int, int] | None, file: str, page: int | None
) -> tuple[str | None, int]:
    """File and page to show: those asked for, else where a place of the text stands, else the first on which something was read."""
    known = {one["file"]: one["pages"] for one in sheets}
    if page is not None:
        return (file or None if (file or None) in known else sheets[0]["file"]), max(page, 1)
    if at:
        e = tables.evidence.c
        query = sa.select(e.file, e.page).where(e.document_id == row["id"], e.page.is_not(None), e.start < at[1], e.end > at[0])
        place = connection.execute(query.order_by(e.end - e.start).limit(1)).first()
        if place and place[0] in known:
            return place[0], place[1]
    first = sheets[0]
    return first["file"], (first["pages"] or [1])[0]


def unchanged(path: str, sha256: str) -> BinaryIO | None:
    """A file, opened at its beginning, if its content has that hash; None where it is gone, is no regular file or has another content.

    The same opened file is hashed and read, so that it cannot be another one between both.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError):
        return None
    file = os.fdopen(descriptor, "rb")
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and hashlib.file_digest(file, "sha256").hexdigest() == sha256:
            file.seek(0)
            return file
    except OSError:
        pass
    file.close()
    return None
