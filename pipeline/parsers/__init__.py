"""File formats: `PARSERS` names the module that reads each; the format is found by content, the ending only helps where content cannot tell."""

from __future__ import annotations

import hashlib
import importlib
import re
import struct
from pathlib import Path, PurePath
from types import ModuleType
from typing import cast

from pipeline.content import Content
from pipeline.members import readable
from pipeline.parsers.sniff import UNREAD, expected_format, find_format
from schemas.errors import ParseError
from schemas.limits import Budget, Limits
from schemas.types import Document

# format → module with `parse(data: bytes, budget: Budget) -> Content`; imported when a file needs it
PARSERS = {
    "text": "pipeline.parsers.text",
    "html": "pipeline.parsers.html",
    "csv": "pipeline.parsers.csv",
    "pdf": "pipeline.parsers.pdf",
    "docx": "pipeline.parsers.word.docx",
    "xlsx": "pipeline.parsers.sheets",
    "xls": "pipeline.parsers.sheets",
    "doc": "pipeline.parsers.word.doc",
    "encrypted": "pipeline.parsers.word.doc",
    "image": "pipeline.parsers.image",
    "ofd": "pipeline.parsers.ofd",
    "zip": "pipeline.parsers.package",
}
# built-in errors that bytes and not our code cause, wherever they are raised; a parser module adds its own in ERRORS
_OF_BYTES = (UnicodeError, EOFError, RecursionError, MemoryError, NotImplementedError, OverflowError, struct.error)
_OURS = Path(__file__).parents[2]


def parse_content(data: bytes, name: str, budget: Budget) -> tuple[str, Content]:
    """Format and content of a file's bytes. Raises ParseError (without the file's name) where they cannot be read."""
    if not data.strip(b"\0 \t\r\n"):
        raise ParseError("the file is empty: fetch it again")
    budget.check("file_mb", len(data) / 1e6, "MB in the file")
    found, issues = find_format(data, name)
    if found not in PARSERS:
        advice = UNREAD.get(
            found, f"there is no parser for {found}; there are parsers for {', '.join(sorted(PARSERS))}: save the file as one of them"
        )
        raise ParseError(advice)
    try:
        content = _guarded(importlib.import_module(PARSERS[found]), found, data, budget)
    except ParseError as error:
        expected = expected_format(name)
        if found == "text" and expected not in (None, "text", "html", "csv"):
            raise type(error)(
                f"the content is neither {expected}, as the name says, nor text: the file is damaged or of another format; fetch it again"
            ) from error
        raise
    return found, Content(content.text, content.blocks, (*issues, *content.issues), content.pieces)


def _guarded(module: ModuleType, found: str, data: bytes, budget: Budget) -> Content:
    """Run a parser; what a library raises on broken bytes becomes a ParseError, a fault in our own code stays what it is."""
    try:
        return cast(Content, module.parse(data, budget))
    except (ParseError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # libraries written in Rust end with exceptions that are no Exception
        if not isinstance(error, (*_OF_BYTES, *getattr(module, "ERRORS", ()))) and _is_ours(error):
            raise
        said = " ".join(str(error).split())[:200]
        raise ParseError(
            f"the {found} file is broken or unusual ({type(error).__name__}{': ' if said else ''}{said}): "
            "open it with the program it is made for, save it again, and run again"
        ) from error


def _is_ours(error: BaseException) -> bool:
    """Whether an error comes from our own code: a built-in kind, and the last line that ran is ours; or a library that is not there.

    A library's own kind of error, or any error raised inside a library (the standard one too), is about the bytes it was given.
    """
    if isinstance(error, ImportError):
        return True
    if type(error).__module__ != "builtins":
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    file = Path(trace.tb_frame.f_code.co_filename) if trace is not None else _OURS
    return any(file.is_relative_to(_OURS / package) for package in ("schemas", "extractors", "pipeline", "tests"))


def parse_bytes(data: bytes, name: str, path: str = "-", limits: Limits | None = None) -> Document:
    """A document from bytes; `name` is the file's. Raises ParseError naming the file and what to do."""
    try:
        found, content = parse_content(data, name, Budget(limits or Limits()))
    except ParseError as error:
        raise type(error)(f"{path}: {error}") from error
    return _document(data_hash(data), name, path, found, content)


def data_hash(data: bytes) -> str:
    """The id of a document: the hash of its bytes."""
    return hashlib.sha256(data).hexdigest()


# what is no character, and what databases refuse: lone halves of surrogate pairs and NUL; one takes the place of one, so that offsets stay
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def _document(digest: str, name: str, path: str, found: str, content: Content) -> Document:
    text = _NO_TEXT.sub("\ufffd", content.text)
    return Document(digest, PurePath(name).stem, path, found, text, content.blocks, content.issues, content.pieces)


def parse_file(path: Path, limits: Limits | None = None, shown: str | None = None) -> Document:
    """The document of one file, or of a folder: one plan of several files; `shown`: what the user calls it (default: the path).

    Raises ParseError naming the file and what to do.
    """
    shown, name = readable(shown or str(path)), readable(path.name or path.resolve().name)
    limits = limits or Limits()
    try:
        if path.is_dir():
            return _parse_folder(path, name, shown, limits)
        if path.exists() and not path.is_file():
            raise ParseError(f"{shown}: not read: it is neither a file nor a folder")
        Budget(limits).check("file_mb", path.stat().st_size / 1e6 if path.exists() else 0, f"{shown}: MB in the file")
        data = path.read_bytes()
    except OSError as error:
        raise ParseError(f"{shown}: cannot be read ({error.strerror})") from error
    return parse_bytes(data, name, shown, limits)


def _parse_folder(path: Path, name: str, shown: str, limits: Limits) -> Document:
    package = importlib.import_module(PARSERS["zip"])
    try:
        digest, content = package.parse_folder(path, Budget(limits))
    except ParseError as error:
        raise type(error)(f"{shown}: {error}") from error
    return _document(digest, name, shown, "folder", content)


__all__ = ["PARSERS", "data_hash", "parse_bytes", "parse_content", "parse_file"]
