"""What the rows of a document are made from, besides its content: code, rules, model, vocabularies and libraries upstream of the database."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from extractors import rules
from schemas import vocab

_PACKAGE = Path(__file__).parent
# what comes behind the rows, or around their making, does not shape them; tests/test_layers.py holds this list against the imports
DOWNSTREAM = frozenset(
    (
        *("batch", "browse", "cache", "changes", "check", "cli", "compare", "corrections", "engines", "exporters", "pictures", "progress"),
        *("publish", "remote"),
        *("report", "review", "scoring", "snapshots", "sources", "stopping", "store", "terminal", "watch", "web", "work"),
    )
)
# what parsers read of extractors and vocabularies (headings of columns, units, words of notices); tests/test_layers.py holds it against the code
PARSERS_READ = (
    *("extractors/numerals.py", "extractors/rules.py", "extractors/rules/official.yaml"),
    *("schemas/vocab/columns.yaml", "schemas/vocab/units.yaml"),
)
# libraries that read bytes or words; another version may read otherwise
_LIBRARIES = (
    *("regex", "rjieba", "spacy", "thinc", "numpy", "ahocorasick_rs", "lxml", "selectolax", "pypdfium2"),
    *("python-calamine", "pillow", "rapidocr", "onnxruntime", "opencv-python-headless"),
)


@dataclass(frozen=True, slots=True)
class Versions:
    """Hashes: `parser` of everything between bytes and rows but the extractors, `rules` of the extractors with rules and model, `vocab`."""

    parser: str
    rules: str
    vocab: str

    def __str__(self) -> str:
        return f"parser {self.parser} rules {self.rules} vocab {self.vocab}"


def upstream() -> Versions:
    """The versions in force. Raises RuleError where a vocabulary is missing."""
    return Versions(parser_version(), rules.version(), vocab.version())


@cache
def parser_version() -> str:
    """A hash over the code of the stages (schemas, and pipeline without what is downstream), the libraries, and the programs that convert."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {_converter()}".encode())
    for name in _LIBRARIES:
        digest.update(f"{name} {_installed(name)}".encode())
    stages = (p for p in _PACKAGE.rglob("*.py") if p.relative_to(_PACKAGE).parts[0].removesuffix(".py") not in DOWNSTREAM)
    for path in sorted([*stages, *_PACKAGE.parent.joinpath("schemas").glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def reading_version() -> str:
    """A hash over what a parsed document is made from: the parsers, and the few rules and vocabularies that they look at."""
    digest = hashlib.sha256(parser_version().encode())
    for name in PARSERS_READ:
        digest.update(name.encode() + (_PACKAGE.parent / name).read_bytes())
    return digest.hexdigest()[:12]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _converter() -> str:
    """Which LibreOffice and antiword there are: installing one, or another one, reads DOC, WPS and RTF anew."""
    found = (os.environ.get("ZHIBIAO_SOFFICE"), shutil.which("soffice") or shutil.which("libreoffice"), shutil.which("antiword"))
    return " ".join(f"{path.resolve()} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in map(Path, filter(None, found)) if path.exists())


def key(sha256: str, name: str, given: Mapping[str, str], second: bool, made_by: Versions) -> str:
    """The key of a document's rows: the same key means the same rows."""
    parts = (sha256, name, *(f"{k}={given[k]}" for k in sorted(given)), str(second), str(made_by))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
