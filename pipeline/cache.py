"""The cache of parsed documents: what took long to parse (scans, conversions) is not parsed again when what parsers do not read changes."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
from array import array
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

from pipeline.versions import reading_version
from schemas.types import Block, Box, Document, Issue, Piece, Where

_log = logging.getLogger(__name__)
_WORTH = 1.0  # seconds of parsing that are worth a file


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder with a file for each document that is kept. A damaged file counts as none and is written anew."""

    folder: str

    def _path(self, sha256: str, name: str) -> Path:
        ending = hashlib.sha256(PurePath(name).suffix.lower().encode()).hexdigest()[:4]  # it has a say in what the format is
        return Path(self.folder) / sha256[:2] / f"{sha256}-{ending}-{reading_version()}.json.gz"

    def get(self, sha256: str, name: str) -> Document | None:
        """The document of a file's content and name, parsed by the parsers in force; None where it is not kept."""
        path = self._path(sha256, name)
        try:
            return _decode(json.loads(gzip.decompress(path.read_bytes())))
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
            _log.warning("%s: the cache is damaged (%s); the document is parsed again", path, error)
            return None

    def put(self, name: str, document: Document, seconds: float) -> None:
        """Keep a document whose parsing took long, unless a limit shaped it. A cache that cannot be written is told, and costs nothing else."""
        if seconds < _WORTH or any("--limit " in issue.message for issue in document.issues):
            return
        path = self._path(document.id, name)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(gzip.compress(json.dumps(asdict(document), ensure_ascii=False, default=list).encode(), 6))
            temporary.replace(path)
            for old in path.parent.glob(f"{path.name[:69]}-*"):
                if old != path:  # of other parsers
                    old.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s: the cache cannot be written (%s)", path, error.strerror)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def _decode(said: Mapping[str, Any]) -> Document:
    """A document from what `asdict` made of it and JSON kept."""
    blocks = tuple(Block(**{**b, "where": _where(b["where"])}) for b in said["blocks"])
    pieces = tuple(Piece(**{**p, "edges": array("d", p["edges"])}) for p in said["pieces"])
    return Document(**{**said, "blocks": blocks, "issues": tuple(Issue(**i) for i in said["issues"]), "pieces": pieces})


def _where(said: Mapping[str, Any]) -> Where:
    return Where(**{**said, "boxes": tuple(Box(**box) for box in said["boxes"])})
