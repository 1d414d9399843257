"""Files from browsers and tools on their way in: hostile names made safe, sizes and kinds checked, written below the folder of uploads only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.members import is_sources_list
from pipeline.parsers import PARSERS
from pipeline.parsers.sniff import UNREAD, expected_format, find_format
from schemas.errors import ZhibiaoError

MOST_FILES = 50  # of one upload
TOTAL_MB = 20_000  # of all uploads that are kept
_CHUNK = 1 << 20
_LONGEST, _BYTES = 100, 200  # characters and bytes of a stored name, ending included: file systems take 255 bytes
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_PLAIN = ("text", "csv", "html")


class RefusedError(ZhibiaoError):
    """A file is not taken: `code` names the reason (`documents.refused_…` in the words of the pages), `values` what it speaks of."""

    def __init__(self, code: str, **values: object) -> None:
        from pipeline.web.words import say

        self.code, self.values = code, values
        super().__init__(say(f"documents.refused_{code}", "en", **values))


def safe_name(given: str) -> str:
    """A file name that stays where it is put, on every system; its ending is kept: `safe_name("../../etc/计划.txt") == "计划.txt"`."""
    last = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
    last = unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode("utf-8"))
    last = "".join(c for c in last if unicodedata.category(c)[0] != "C")  # control and format characters, halves of pairs
    last = _FORBIDDEN.sub("_", " ".join(last.split())).strip(" .").lstrip("-~$")
    stem, ending = PurePosixPath(last).stem, PurePosixPath(last).suffix
    if len(ending) > 12:
        stem, ending = last, ""
    stem = stem.strip(" .") or "file"
    stem = f"_{stem}" if _DEVICES.fullmatch(stem) or _DEVICES.fullmatch(stem.partition(".")[0]) else stem
    return _cut(stem, len(ending)) + ending


def _cut(stem: str, rest: int) -> str:
    stem = stem[: _LONGEST - rest]
    while len(stem.encode()) > _BYTES - rest:
        stem = stem[:-1]
    return stem.rstrip(" .") or "file"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number where a document of that name (without its ending) is there already: 计划.txt → 计划-2.txt."""
    path, number, found = PurePosixPath(name), 2, name
    while PurePosixPath(found).stem.lower() in taken:
        end = f"-{number}"
        found, number = _cut(path.stem, len(path.suffix) + len(end)) + end + path.suffix, number + 1
    return found


def receive(stream: BinaryIO, name: str, target: Path, most_mb: int) -> int:
    """Write a file of a known kind; its size in bytes. Raises RefusedError, and leaves nothing then."""
    if expected_format(name) is None or not PurePosixPath(name).suffix:
        raise RefusedError("ending", endings="PDF, DOC, DOCX, WPS, XLS, XLSX, ET, OFD, HTML, TXT, CSV, ZIP, PNG, JPG, TIFF")
    if is_sources_list(name):
        raise RefusedError("list")
    try:
        size = _write(stream, target, most_mb)
        _check_kind(target, name)
    except BaseException:
        with suppress(OSError):
            target.unlink(missing_ok=True)
        raise
    return size


def _write(stream: BinaryIO, target: Path, most_mb: int) -> int:
    size = 0
    with target.open("xb") as file:
        for chunk in _chunks(stream):
            size += len(chunk)
            if size > most_mb * 1_000_000:
                raise RefusedError("large", limit=most_mb)
            file.write(chunk)
    if not size:
        raise RefusedError("empty")
    return size


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _check_kind(target: Path, name: str) -> None:
    """The content must be of a kind that is read, and no plain text under the ending of another kind."""
    found, _ = find_format(target.read_bytes(), name)
    expected = expected_format(name)
    if found in UNREAD:
        raise RefusedError("unread", advice=UNREAD[found])
    if found not in PARSERS or (found == "text" and expected not in _PLAIN):
        raise RefusedError("kind", ending=PurePosixPath(name).suffix)
