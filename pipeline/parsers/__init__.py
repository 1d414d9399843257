"""File formats: `PARSERS` names the parser of each, `parse_file` reads one file into a `Document`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from pipeline.parsers import text
from schemas.errors import ParseError
from schemas.types import Block, Document, Issue

Parser = Callable[[bytes], tuple[str, tuple[Block, ...], list[Issue]]]

PARSERS: dict[str, Parser] = {".txt": text.parse, ".text": text.parse, ".tsv": text.parse, ".md": text.parse}


def ending_of(name: str, path: str) -> str:
    """The ending that decides the format (none: plain text). Raises ParseError naming the file and what to do where no parser is for it."""
    ending = Path(name).suffix.lower() or ".txt"
    if ending not in PARSERS:
        there = ", ".join(sorted(PARSERS))
        raise ParseError(f"{path}: not read: there is no parser for {ending} files (there are: {there}); save its text in such a file")
    return ending


def parse_bytes(data: bytes, name: str, path: str = "-") -> Document:
    """A document from bytes; `name` decides the format by its ending. Raises ParseError naming the file."""
    ending = ending_of(name, path)
    try:
        content, blocks, issues = PARSERS[ending](data)
    except ParseError as error:
        raise ParseError(f"{path}: {error}") from error
    digest = hashlib.sha256(data).hexdigest()
    return Document(digest, Path(name).stem, path, ending.lstrip("."), content, blocks, tuple(issues))


def parse_file(path: Path) -> Document:
    """The document of one file. Raises ParseError naming the file and what to do."""
    if path.is_dir():
        raise ParseError(f"{path}: not read: it is a folder and not a file; run it by itself (zhibiao run {path})")
    ending_of(path.name, str(path))
    if path.exists() and not path.is_file():
        raise ParseError(f"{path}: not read: it is neither a file nor a folder")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ParseError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_bytes(data, path.name, str(path))
