"""Pictures of pages for people, drawn in a process of its own: a hostile file must not take the server with it.

echo '{"path": "/plans/a.pdf", "sha256": "…", "page": 1, "width": 1200}' | python -m pipeline.pictures > page.png
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline import remote
from schemas.errors import ParseError, ZhibiaoError
from schemas.limits import Budget, Limits, read_limits

FORMATS = frozenset({"pdf", "image"})  # whose pages are drawn, also as members of `zip` and `folder`
_SECONDS, _MEMORY_MB = 60, 4000  # what one page may take
_KEPT = 64_000_000  # bytes of pictures that are kept
_AT_ONCE = threading.BoundedSemaphore(2)
CHANGED = "the file has changed or is gone since it was read: run again"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a document: where its file is (`path`; `folder` whether it is several), the hash of what was read, the member of a package."""

    path: str
    sha256: str
    folder: bool
    member: str | None
    page: int
    width: int
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG; its number, how many there are; its size in points."""

    png: bytes
    page: int
    pages: int
    width: float
    height: float


@dataclass(slots=True)
class Pictures:
    """Draws pages and keeps the last ones."""

    _kept: OrderedDict[Asked, Picture] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, asked: Asked) -> Picture:
        """A picture. Raises ZhibiaoError, in words for people, where the file is gone, is another one now, or cannot be drawn."""
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
                return self._kept[asked]
        if remote.is_url(asked.path):
            raise ParseError("the document was read from an address outside this machine: its pages are not drawn here")
        with _AT_ONCE:
            made = _drawn(asked)
        with self._lock:
            self._kept[asked] = made
            while sum(len(picture.png) for picture in self._kept.values()) > _KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return made


def _drawn(asked: Asked) -> Picture:
    """Ask a process of its own, which ends after its time whatever the file makes of it."""
    request = json.dumps(asdict(asked)).encode()
    command = [sys.executable, "-m", "pipeline.pictures"]
    home = str(Path(__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=_SECONDS, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        raise ParseError(f"the page took longer than {_SECONDS} seconds to draw") from error
    head, _, png = done.stdout.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(head)
    except ValueError as error:
        raise ParseError("the page could not be drawn: the program that draws it ended") from error
    if "error" in told:
        raise ParseError(told["error"])
    return Picture(png, told["page"], told["pages"], told["width"], told["height"])


def content(path: str, sha256: str, folder: bool, member: str | None, limits: Limits) -> bytes:
    """The bytes of a document's file or of a member of it, if it is still what was read. Raises ParseError where it is not."""
    from pipeline.parsers import package
    from pipeline.sources import Place, digest

    budget = Budget(limits)
    if folder:
        if not os.path.isdir(path) or digest(Place(path, path, True), limits.file_mb) != sha256:
            raise ParseError(CHANGED)
        if member is None:
            raise ParseError("a folder has no pages: name one of its files")
        return package.member(Path(path), member, budget)
    if not os.path.isfile(path):
        raise ParseError(CHANGED)
    budget.check("file_mb", os.path.getsize(path) / 1e6, "MB in the file")
    data = Path(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ParseError(CHANGED)
    return data if member is None else package.member(data, member, budget)


def draw(asked: Asked, limits: Limits) -> Picture:
    """A page, drawn in this process. Raises ParseError."""
    from pipeline.parsers import image
    from pipeline.parsers.sniff import find_format

    data = content(asked.path, asked.sha256, asked.folder, asked.member, limits)
    found, _ = find_format(data, os.path.basename(asked.member or asked.path))
    budget = Budget(limits)
    if found == "pdf":
        from pipeline.parsers.pdf.picture import draw as draw_pdf

        pixels, width, height, pages = draw_pdf(data, asked.page, asked.width, budget)
    elif found == "image":
        pixels, width, height, pages = image.draw(data, asked.page, budget)
    else:
        raise ParseError(f"pages of {found} files are not drawn")
    return Picture(image.as_png(pixels, asked.width), asked.page, pages, round(width, 2), round(height, 2))


def _confine() -> None:
    """Take the means from this process to hurt the machine."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Draw the page that standard input names; a line of JSON and the PNG, or a line with the error."""
    _confine()
    asked = json.load(sys.stdin)
    limits = read_limits(asked.pop("limits"))
    out = sys.stdout.buffer
    try:
        picture = draw(Asked(**asked), limits)
        out.write(json.dumps({name: getattr(picture, name) for name in ("page", "pages", "width", "height")}).encode() + b"\n" + picture.png)
    except ZhibiaoError as error:
        out.write(json.dumps({"error": str(error)}).encode() + b"\n")
    except Exception as error:  # what libraries raise for broken files
        out.write(json.dumps({"error": f"the page cannot be drawn ({type(error).__name__})"}).encode() + b"\n")


if __name__ == "__main__":
    main()
