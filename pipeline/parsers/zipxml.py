"""Packages of zipped XML (DOCX, XLSX, OFD): members within the limits, XML without entities, paths that never lead out."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from schemas.errors import ParseError
from schemas.limits import Budget

Element = Any  # an lxml element; lxml has no types

_DECLARATIONS = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be"))
_DAMAGED = "fetch it again, or open it and save it anew"
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(slots=True)
class Package:
    """An opened package; every member is counted against the budget before it is unpacked. Names of members ignore case."""

    archive: zipfile.ZipFile
    budget: Budget
    names: dict[str, str]

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name.lower() in self.names

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises ParseError where it is missing or broken, LimitError where it is too large."""
        if not self.has(name):
            raise ParseError(f"{name} is missing in the file: it is damaged or incomplete; {_DAMAGED}")
        info = self.archive.getinfo(self.names[name.lower()])
        if info.flag_bits & 1:
            raise ParseError(f"{name} is encrypted: save the file without a password and run again")
        self.budget.unpack(info.compress_size, info.file_size, name)
        try:
            return self.archive.read(info)  # never gives more than info.file_size, whatever the stream holds
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise ParseError(f"{name} cannot be unpacked ({error}): the file is damaged or incomplete; {_DAMAGED}") from error

    def xml(self, name: str) -> Element:
        """The root element of a member."""
        return parse_xml(self.read(name), name, self.budget)

    def stream(self, name: str, tags: Sequence[str]) -> Iterator[Element]:
        """The elements with the given tags, one by one as they end; each is emptied when the next is asked for."""
        data = self.read(name)
        _refuse_declarations(data, name)
        steps = etree.iterparse(io.BytesIO(data), events=("end",), tag=tags, **_OPTIONS)
        try:
            for _, element in steps:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise ParseError(_unsound(name, error)) from error

    def near(self, part: str, path: str) -> str:
        """The member that `path`, written in `part`, means. Raises ParseError where it leads out of the package."""
        path = path.strip().replace("\\", "/")
        joined = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(part), path))
        if joined.startswith(".."):
            raise ParseError(f"{part} names {path}, which is outside the package: the file is not trusted")
        return joined


def members_of(data: bytes, budget: Budget) -> tuple[zipfile.ZipFile, dict[str, str]]:
    """The archive in the bytes of a file, and its members' names by their plain form in lower case. Raises ParseError where it is none."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise ParseError(f"the file is no sound package ({error}): it is damaged or incomplete; {_DAMAGED}") from error
    found = archive.namelist()
    budget.check("members", len(found), "files in the package")
    return archive, {posixpath.normpath(name.replace("\\", "/").lstrip("/")).lower(): name for name in found}


def parse_xml(data: bytes, name: str, budget: Budget) -> Element:
    """The root element of XML bytes; entities are refused, nothing is fetched. Raises ParseError and LimitError."""
    _refuse_declarations(data, name)
    budget.check("nodes", data.count(b"</") + data.count(b"/>"), f"elements in {name}")
    budget.tick()
    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(_unsound(name, error)) from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ParseError(_declared(name))
    return root


def _refuse_declarations(data: bytes, name: str) -> None:
    if any(word in data for word in _DECLARATIONS):
        raise ParseError(_declared(name))


def _declared(name: str) -> str:
    return f"{name} declares entities or a document type, which no such file needs: it may be hostile and is not read"


def _unsound(name: str, error: Exception) -> str:
    return f"{name} is no sound XML ({error}): the file is damaged; {_DAMAGED}"
