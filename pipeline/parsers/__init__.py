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


def parse_bytes(data: bytes, name: str, path: str = "-") -> Document:
    """A document from bytes; `name` decides the format by its ending. Raises ParseError naming the file."""
    ending = Path(name).suffix.lower() or ".txt"
    if ending not in PARSERS:
        raise ParseError(f"{path}: no parser for {ending} files (there are: {', '.join(sorted(PARSERS))})")
    try:
        content, blocks, issues = PARSERS[ending](data)
    except ParseError as error:
        raise ParseError(f"{path}: {error}") from error
    digest = hashlib.sha256(data).hexdigest()
    return Document(digest, Path(name).stem, path, ending.lstrip("."), content, blocks, tuple(issues))


def parse_file(path: Path) -> Document:
    """The document of one file. Raises ParseError naming the file and what to do."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ParseError(f"{path}: cannot be read ({error.strerror})") from error
    return parse_bytes(data, path.name, str(path))
