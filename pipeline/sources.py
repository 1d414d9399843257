"""Which documents there are: files given, what stands in folders given, here or behind a URL; what they may be called, what the lists say of them."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import remote
from pipeline.members import belongs_to_page, is_junk, is_sources_list, readable
from pipeline.parsers.sniff import expected_format
from pipeline.parsers.text import decode
from schemas.errors import ParseError

_GIVEN = {
    "title": ("title", "what", "标题", "名称"),
    "source": ("source", "url", "来源", "网址"),
    "publish_date": ("publish_date", "published", "发布日期"),
    "issue_date": ("issue_date", "issued", "成文日期"),
    "issuer": ("issuer", "发文机关"),
    "doc_number": ("doc_number", "文号"),
    "region": ("region", "地区"),
    "notes": ("notes", "备注", "说明"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is: `path` (absolute, or a URL), `shown` (as the user wrote it), `folder` whether it is one of several files.

    `stamp`: what a remote store says of its version; empty on this machine, where contents are compared.
    """

    path: str
    shown: str
    folder: bool = False
    stamp: str = ""

    @property
    def location(self) -> str:
        """The path as it is stored: bytes of a name that are no text are written out."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    @property
    def file(self) -> str:
        """The last part of its path."""
        return os.path.basename(self.path.rstrip("/")) or self.path

    @property
    def parent(self) -> str:
        """The folder that it stands in."""
        return self.location.rstrip("/").rpartition("/")[0] if remote.is_url(self.location) else os.path.dirname(self.location)


@dataclass(frozen=True, slots=True)
class Found:
    """Places of documents in a fixed order, places of sources lists, and the locations of the folders that were looked through."""

    documents: tuple[Place, ...]
    lists: tuple[Place, ...]
    folders: frozenset[str]


def find(paths: Sequence[str | Path], out: Path | None = None) -> Found:
    """Documents (files given, and all that stands directly in folders given; sorted, hidden ones left out) and sources lists beside them.

    A folder given is a batch. A folder inside it is one document, a plan of several files; `out`, where the results go, is none,
    nor is what a browser saves beside a page, or what systems leave behind. A path given twice counts once.
    Raises ParseError for a path that does not exist or a folder that cannot be read.
    """
    documents: dict[str, Place] = {}
    lists: dict[str, Place] = {}
    folders: set[str] = set()
    for path in [str(path) for path in paths]:
        folder = remote.is_url(path) or os.path.isdir(path)
        for place in _listed(path) if folder else _beside(path):
            if is_sources_list(place.file):
                lists[place.location] = place
            elif place.location not in documents and not (out and os.path.realpath(place.path) == os.path.realpath(out)):
                documents[place.location] = place
        if folder:
            folders.add(path.rstrip("/") if remote.is_url(path) else os.path.abspath(path))
    return Found(tuple(documents.values()), tuple(lists.values()), frozenset(folders))


def _listed(path: str) -> list[Place]:
    """What stands directly in a folder."""
    if remote.is_url(path):
        entries = [Place(url, url, folder, stamp) for url, folder, stamp in remote.list_folder(path)]
    else:
        try:
            with os.scandir(path) as found:
                inside = sorted((entry.name, os.path.isdir(entry.path)) for entry in found)
        except OSError as error:
            raise ParseError(f"{readable(path)}: cannot be read ({error.strerror})") from error
        entries = [Place(os.path.abspath(os.path.join(path, name)), str(Path(path, name)), folder) for name, folder in inside]
    names = [entry.file for entry in entries]
    pages = [name for name in names if name.lower().endswith((".html", ".htm", ".mht"))]
    return [
        entry
        for entry in entries
        if (is_sources_list(entry.file) and not entry.folder) or not (is_junk(entry.file) or belongs_to_page(entry.file, pages))
    ]


def _beside(path: str) -> list[Place]:
    """A file given, and the sources lists beside it."""
    if not os.path.lexists(path):
        raise ParseError(f"{readable(path)}: no such file or folder")
    folder = Path(path).parent
    try:
        lists = [p for p in sorted(folder.iterdir()) if p.is_file() and is_sources_list(p.name)]
    except OSError as error:
        raise ParseError(f"{readable(path)}: cannot be read ({error.strerror})") from error
    return [Place(os.path.abspath(p), p, os.path.isdir(p)) for p in (path, *map(str, lists))]


def choices(places: Iterable[Place]) -> dict[str, tuple[str, ...]]:
    """Location → the names that a document may have: its file's without the last ending, the whole, its path, and what nobody else can have.

    Files whose ending names a format that is read choose first: plan.rar does not take the name of plan.txt beside it.
    """
    ordered = sorted(places, key=lambda place: expected_format(place.file) is None and not place.folder)
    return {
        place.location: tuple(
            dict.fromkeys(map(readable, (Path(place.file).stem, place.file, place.shown, place.location, repr(os.fsencode(place.path)))))
        )
        for place in ordered
    }


def names(places: Sequence[Place]) -> dict[str, str]:
    """Location → name, all different, where no database says how the documents are called already."""
    taken: dict[str, str] = {}
    for location, wanted in choices(places).items():
        taken[next(name for name in wanted if name not in taken)] = location
    return {location: name for name, location in taken.items()}


def read_given(lists: Sequence[Place]) -> dict[str, dict[str, str]]:
    """What the sources lists say of each file (by its name). Raises ParseError naming the list and the missing column."""
    given: dict[str, dict[str, str]] = {}
    for place in lists:
        try:
            data = remote.read(place.path) if remote.is_url(place.path) else Path(place.path).read_bytes()
            text, _, _ = decode(data)
        except (ParseError, OSError) as error:
            raise ParseError(f"{readable(place.shown)}: the sources list cannot be read ({error})") from error
        reader = csv.DictReader(io.StringIO(text), delimiter="\t" if place.file.lower().endswith(".tsv") else ",")
        if "file" not in (reader.fieldnames or ()):
            raise ParseError(f"{place.shown}: a sources list needs a column “file”; it has {', '.join(reader.fieldnames or ['none'])}")
        for row in reader:
            values = {name: row[column].strip() for name, columns in _GIVEN.items() for column in columns if row.get(column) and row[column].strip()}
            given[(row["file"] or "").strip().rstrip("/")] = values
    return given


def digest(place: Place, most_mb: int) -> str | None:
    """The hash of a content on this machine: of a file's bytes, or of the names and bytes of a folder's files.

    None where only reading can tell: a remote place, a file over `most_mb`, one that is no regular file or cannot be read.
    """
    if remote.is_url(place.path):
        return None
    try:
        if not place.folder:
            return _file_digest(place.path, most_mb)
        whole = hashlib.sha256()
        for folder, folders, files in os.walk(place.path):
            folders.sort()
            for name in sorted(files):
                path = os.path.join(folder, name)
                inside = _file_digest(path, most_mb) if os.path.exists(path) else "none"
                if inside is None:
                    return None
                whole.update(os.fsencode(os.path.relpath(path, place.path)) + b"\0" + inside.encode())
        return whole.hexdigest()
    except OSError:
        return None


def _file_digest(path: str, most_mb: int) -> str | None:
    if not os.path.isfile(path) or os.path.getsize(path) > most_mb * 1_000_000:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
