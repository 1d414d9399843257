"""Packages of zipped XML (DOCX, XLSX): members within the limits, XML without entities, relations between parts."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from schemas.errors import ParseError
from schemas.limits import Budget

Element = Any  # an lxml element; lxml has no types

_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _TRANSITIONAL + b"officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _TRANSITIONAL + b"officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _TRANSITIONAL + b"wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", _TRANSITIONAL + b"spreadsheetml/2006/main"),
)
_DECLARATIONS = tuple(word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be"))
_DAMAGED = "save it again in Word, Excel or WPS and run again"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another part names: the kind (last word of its type), the path in the package, whether it lies outside."""

    kind: str
    target: str
    external: bool


@dataclass(slots=True)
class Package:
    """An opened package; every member is counted against the budget before it is unpacked."""

    archive: zipfile.ZipFile
    budget: Budget

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self.archive.NameToInfo

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises ParseError where it is missing or broken, LimitError where it is too large."""
        try:
            info = self.archive.getinfo(name)
        except KeyError as error:
            raise ParseError(f"{name} is missing in the file: it is damaged or incomplete; {_DAMAGED}") from error
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
        data = _checked(self.read(name), name)
        steps = etree.iterparse(io.BytesIO(data), events=("end",), tag=tags, **_OPTIONS)
        try:
            for _, element in steps:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise ParseError(f"{name} is no sound XML ({error}): the file is damaged; {_DAMAGED}") from error

    def relations(self, name: str) -> dict[str, Relation]:
        """The parts that a member names, by the id it uses for them ("" is the package itself)."""
        folder, _, base = name.rpartition("/")
        path = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
        if not self.has(path):
            return {}
        found = {}
        for relation in self.xml(path).iter(_RELATIONS):
            target = relation.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = Relation(kind, inside, relation.get("TargetMode") == "External")
        return found

    def main(self, usual: str) -> str:
        """The path of the main part: as the package says, else the usual one."""
        named = [r.target for r in self.relations("").values() if r.kind == "officeDocument" and not r.external]
        return next((path for path in [*named, usual] if self.has(path)), usual)


_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def open_package(data: bytes, budget: Budget) -> Package:
    """The package in the bytes of a file. Raises ParseError where it is none, LimitError where it has too many members."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ParseError(f"the file is no sound package ({error}): it is damaged or incomplete; fetch it again, or {_DAMAGED}") from error
    budget.check("members", len(archive.namelist()), "files in the package")
    return Package(archive, budget)


def parse_xml(data: bytes, name: str, budget: Budget) -> Element:
    """The root element of XML bytes; entities are refused, nothing is fetched. Raises ParseError and LimitError."""
    data = _checked(data, name)
    budget.check("nodes", data.count(b"</") + data.count(b"/>"), f"elements in {name}")
    budget.tick()
    try:
        root = etree.fromstring(data, etree.XMLParser(**_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"{name} is no sound XML ({error}): the file is damaged; {_DAMAGED}") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise ParseError(_declared(name))
    return root


def as_int(text: str | None, default: int = 0) -> int:
    """A whole number of an attribute (at most nine digits: more is damage), or the default."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else default


def _checked(data: bytes, name: str) -> bytes:
    """The bytes with the namespaces of the usual (transitional) kind. Raises ParseError where they declare entities."""
    if any(word in data for word in _DECLARATIONS):
        raise ParseError(_declared(name))
    if b"http://purl.oclc.org/ooxml/" in data:
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
    return data


def _declared(name: str) -> str:
    return f"{name} declares entities or a document type, which no Word or Excel file needs: the file may be hostile and is not read"
