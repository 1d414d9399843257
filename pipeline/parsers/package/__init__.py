"""A plan of several files: a ZIP or folder with a notice and its attachments becomes one text, each block naming its file.

Nothing is written to disk. A file that cannot be read is an issue, and the others go on; a limit that the whole package breaks refuses it.
"""

from __future__ import annotations

import hashlib
import io
import logging
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipeline.content import Content, shifted
from pipeline.members import belongs_to_page, is_junk, readable
from pipeline.parsers import parse_content
from pipeline.parsers.package.order import Member, in_order, without_twins
from pipeline.parsers.sniff import directory_entries, find_format
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget
from schemas.types import Block, Issue, Piece

_log = logging.getLogger(__name__)
_CHUNK = 1 << 20
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_USUAL = re.compile(r"[\x20-\x7e\u00b7\u2010-\u206f\u2160-\u217f\u2460-\u24ff\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*")
_NO_TEXT = (".css", ".js", ".ico", ".svg", ".woff", ".woff2", ".ttf", ".lnk", ".url", ".exe", ".dll", ".tmp", ".bak")


@dataclass(slots=True)
class _Package:
    """Collects the members that could be read, and the reason for each that could not."""

    budget: Budget
    count: int = 0
    members: list[Member] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def counted(self, more: int) -> None:
        """Count files before any of them is read."""
        self.count += more
        self.budget.check("members", self.count, "files in the package")

    def add(self, name: str, read: Callable[[], bytes], depth: int = 0) -> None:
        """Read and parse a member; an archive in the package gives its own members, one inside that is refused.

        Raises LimitError only for what the package as a whole costs.
        """
        if PurePosixPath(name).suffix.lower() in _NO_TEXT:
            self.issues.append(Issue("info", "member_left_out", name, "a file of this kind is part of a web page or a program and is not read"))
            return
        self.budget.tick()
        try:
            data = read()
        except LimitError:
            raise
        except (ParseError, *_BROKEN) as error:
            self.failed[name] = f"cannot be read ({getattr(error, 'strerror', None) or error})"
            return
        try:
            if not data.startswith(b"PK") or find_format(data, name)[0] != "zip":
                found, content = parse_content(data, PurePosixPath(name).name, self.budget)
                self.members.append(Member(name, found, content))
                return
            if depth:
                raise ParseError("an archive inside an archive inside the package is not read: unpack it")
            archive = _open(data, self.budget)
        except ParseError as error:
            self.failed[name] = str(error)
            return
        except Exception as error:  # a fault of ours that one member brings to light must not cost the others
            _log.exception("%s: unexpected error", name)
            self.failed[name] = f"{type(error).__name__}: {error}; this is a fault of zhibiao: please report this with the file"
            return
        self.archive(archive, f"{name}/", depth + 1)

    def archive(self, archive: zipfile.ZipFile, prefix: str = "", depth: int = 0) -> None:
        """Add the members of a ZIP."""
        infos: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            name = prefix + _name(info)
            if info.is_dir() or any(is_junk(part) for part in PurePosixPath(name).parts):
                continue
            if name in infos:
                note = "the archive holds this name twice; the last one is read, as unpacking would leave it"
                self.issues.append(Issue("warning", "member_twice", name, note))
            infos[name] = info
        self.counted(len(infos))
        total = sum(info.file_size for info in infos.values()) / 1e6
        self.budget.check("unpacked_mb", total, "MB in the archive when unpacked")
        folders = {n: [PurePosixPath(m).name for m in infos if m.rpartition("/")[0] == n] for n in {n.rpartition("/")[0] for n in infos}}
        for name, info in infos.items():
            parents = PurePosixPath(name).parents
            if not any(belongs_to_page(p.name, folders.get(str(p.parent).removeprefix("."), ())) for p in parents):
                self.add(name, _reader(archive, info, name, self.budget), depth)

    def content(self) -> Content:
        """All members as one text, in the order in which a reader takes them. Raises ParseError where none could be read."""
        read = [m for m in self.members if m.content.blocks]
        if not read:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in list(self.failed.items())[:5]) or "it holds no file with text"
            raise ParseError(f"none of its files ({self.count}) can be read: {reasons}; fetch the archive again, or unpack it and give the folder")
        self.issues += [Issue("warning", "member_empty", m.name, "the file holds no text and no table") for m in self.members if not m.content.blocks]
        instead = {PurePosixPath(m.name).with_suffix(""): m.name for m in read}
        for name, reason in self.failed.items():
            twin = instead.get(PurePosixPath(name).with_suffix(""))
            note = f"{reason}; {twin} is read instead" if twin else reason
            self.issues.append(Issue("warning" if twin else "error", "member_failed", name, note))
        kept, same = without_twins(read, self.budget)
        ordered, odd = in_order(kept)
        return _joined(ordered, (*self.issues, *same, *odd))


def parse(data: bytes, budget: Budget) -> Content:
    """The content of a ZIP. Raises ParseError where it is broken or none of its files can be read, LimitError for a bomb."""
    package = _Package(budget)
    package.archive(_open(data, budget))
    return package.content()


def parse_folder(path: Path, budget: Budget) -> tuple[str, Content]:
    """Digest (of the sorted names and bytes of its files) and content of a folder. Raises ParseError where none of its files can be read."""
    package = _Package(budget)
    digest = hashlib.sha256()
    files = sorted(_files(path, package), key=lambda f: os.fsencode(f.relative_to(path)))
    for file in files:
        name = file.relative_to(path).as_posix()
        digest.update(os.fsencode(name) + b"\0")

        def read(file: Path = file, name: str = name) -> bytes:
            size = file.stat().st_size
            budget.unpack(size, size, name)
            data = file.read_bytes()
            digest.update(hashlib.sha256(data).digest())
            return data

        package.add(readable(name), read)
    return digest.hexdigest(), package.content()


def member(source: bytes | Path, name: str, budget: Budget) -> bytes:
    """The bytes of one file of a package (a ZIP's bytes, or a folder) by the name that blocks give it; also of an archive in it.

    Raises ParseError where there is no such file: nothing but what the package lists is opened.
    """
    package = _Package(budget)
    if isinstance(source, Path):
        found = {readable(file.relative_to(source).as_posix()): file for file in _files(source, package)}
        inner = next((n for n in found if name.startswith(f"{n}/")), None)
        if name in found:
            return found[name].read_bytes()
        if inner is None:
            raise ParseError(f"{name[:200]}: there is no such file in the folder")
        return member(found[inner].read_bytes(), name.removeprefix(f"{inner}/"), budget)
    archive = _open(source, budget)
    infos = {_name(info): info for info in archive.infolist() if not info.is_dir()}
    if name in infos:
        return _reader(archive, infos[name], name, budget)()
    inner = next((n for n in infos if name.startswith(f"{n}/")), None)
    if inner is None:
        raise ParseError(f"{name[:200]}: there is no such file in the archive")
    return member(_reader(archive, infos[inner], inner, budget)(), name.removeprefix(f"{inner}/"), budget)


def _files(path: Path, package: _Package) -> Iterator[Path]:
    """The files of a folder and its folders; what is neither (links to folders, pipes, broken links) is noted."""

    def refused(error: OSError) -> None:
        package.failed[readable(os.path.relpath(error.filename, path))] = f"cannot be read ({error.strerror})"

    for folder, folders, files in os.walk(path, onerror=refused):
        here = Path(folder)
        kept = [f for f in sorted(folders) if not is_junk(f) and not belongs_to_page(f, files)]
        links = [f for f in kept if (here / f).is_symlink()]
        folders[:] = [f for f in kept if f not in links]
        files = [f for f in sorted(files) if not is_junk(f)]
        package.counted(len(files))
        for file in (*links, *files):
            if (here / file).is_file():
                yield here / file
            else:
                name = readable((here / file).relative_to(path).as_posix())
                package.failed[name] = "not read: it is a link to a folder or to nothing, or no regular file"


def _open(data: bytes, budget: Budget) -> zipfile.ZipFile:
    """A ZIP in memory, its directory not larger than that of an archive with the allowed number of files."""
    budget.check("members", directory_entries(data), "files in the archive, by the length of its directory")
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise ParseError(f"the archive is broken ({error}): fetch it again, or unpack it and give the folder") from error


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member: marked as UTF-8, else the bytes as UTF-8 or GB18030 (archives made on Chinese Windows).

    Bytes of short GB18030 names may be UTF-8 by chance (通知 gives two accents), so that the characters must be usual ones.
    """
    name = info.orig_filename.split("\0")[0]
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        readings = [r for encoding in ("utf-8", "gb18030") if (r := _decoded(raw, encoding)) is not None]
        name = next((r for r in readings if _USUAL.fullmatch(r)), readings[0] if readings else name)
    return readable("/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")))


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        if info.flag_bits & _ENCRYPTED:
            raise ParseError("it is encrypted: unpack the archive with its password and give the folder")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise ParseError("it is a link and no file")
        budget.unpack(info.compress_size, info.file_size, name)
        chunks: list[bytes] = []
        size = 0
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > info.file_size:
                    raise ParseError("it is larger than the archive says: the archive is broken")
                budget.tick()
        return b"".join(chunks)

    return read


def _joined(members: Sequence[Member], issues: tuple[Issue, ...]) -> Content:
    """One text of all members, with an empty line between them."""
    parts: list[str] = []
    blocks: list[Block] = []
    pieces: list[Piece] = []
    length = tables = 0
    found = list(issues)
    for member in members:
        content = shifted(member.content, length, len(blocks), tables, member.name)
        parts += [content.text, "\n"]
        length += len(content.text) + 1
        blocks += content.blocks
        pieces += content.pieces
        found += content.issues
        tables = max((b.where.table for b in content.blocks if b.where.table), default=tables)
    return Content("".join(parts), tuple(blocks), tuple(found), tuple(pieces))
