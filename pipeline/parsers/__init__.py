"""File formats: `PARSERS` names the module that reads each; the format is found by content, the ending only helps where content cannot tell."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import cast

from pipeline.content import Content
from pipeline.parsers.sniff import find_format
from schemas.errors import ParseError
from schemas.limits import Budget, Limits
from schemas.types import Document

# format → module with `parse(data: bytes, budget: Budget) -> Content`; imported when a file needs it
PARSERS = {
    "text": "pipeline.parsers.text",
    "html": "pipeline.parsers.html",
    "csv": "pipeline.parsers.csv",
    "pdf": "pipeline.parsers.pdf",
    "docx": "pipeline.parsers.docx",
    "xlsx": "pipeline.parsers.xlsx",
    "xls": "pipeline.parsers.xlsx",
    "doc": "pipeline.parsers.office",
    "encrypted": "pipeline.parsers.office",
    "image": "pipeline.parsers.image",
    "ofd": "pipeline.parsers.ofd",
    "zip": "pipeline.parsers.package",
}


def parse_content(data: bytes, name: str, budget: Budget) -> tuple[str, Content]:
    """Format and content of a file's bytes. Raises ParseError (without the file's name) where they cannot be read."""
    if not data.strip():
        raise ParseError("the file is empty")
    budget.check("file_mb", len(data) / 1e6, "MB in the file")
    found, issues = find_format(data, name)
    if found not in PARSERS:
        raise ParseError(f"there is no parser for {found}; there are parsers for {', '.join(sorted(PARSERS))}: save the file as one of them")
    content = cast(Content, importlib.import_module(PARSERS[found]).parse(data, budget))
    return found, Content(content.text, content.blocks, (*issues, *content.issues), content.pieces)


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


def _document(digest: str, name: str, path: str, found: str, content: Content) -> Document:
    return Document(digest, Path(name).stem, path, found, content.text, content.blocks, content.issues, content.pieces)


def parse_file(path: Path, limits: Limits | None = None) -> Document:
    """The document of one file. Raises ParseError naming the file and what to do."""
    if path.is_dir():
        raise ParseError(f"{path}: not read: it is a folder and not a file; run it by itself (zhibiao run {path})")
    if path.exists() and not path.is_file():
        raise ParseError(f"{path}: not read: it is neither a file nor a folder")
    limits = limits or Limits()
    try:
        Budget(limits).check("file_mb", path.stat().st_size / 1e6 if path.exists() else 0, f"{path}: MB in the file")
        data = path.read_bytes()
    except OSError as error:
        raise ParseError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_bytes(data, path.name, str(path), limits)


__all__ = ["PARSERS", "data_hash", "parse_bytes", "parse_content", "parse_file"]
