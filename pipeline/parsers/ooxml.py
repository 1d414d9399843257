"""Packages of Office Open XML (DOCX, XLSX): relations between parts, the strict kind's namespaces as the usual ones."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from pipeline.parsers import zipxml
from pipeline.parsers.zipxml import Element, members_of, parse_xml
from schemas.limits import Budget

_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _TRANSITIONAL + b"officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", _TRANSITIONAL + b"officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _TRANSITIONAL + b"wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", _TRANSITIONAL + b"spreadsheetml/2006/main"),
)
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another part names: the kind (last word of its type), the path in the package, whether it lies outside."""

    kind: str
    target: str
    external: bool


class Package(zipxml.Package):
    """An opened package with the relations of its parts."""

    __slots__ = ()

    def read(self, name: str) -> bytes:
        """The bytes of a member, with the namespaces of the usual (transitional) kind."""
        data = zipxml.Package.read(self, name)
        if b"http://purl.oclc.org/ooxml/" in data:
            for strict, usual in _STRICT:
                data = data.replace(strict, usual)
        return data

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


def open_package(data: bytes, budget: Budget) -> Package:
    """The package in the bytes of a file. Raises ParseError where it is none, LimitError where it has too many members."""
    archive, names = members_of(data, budget)
    return Package(archive, budget, names)


def as_int(text: str | None, default: int = 0) -> int:
    """A whole number of an attribute (at most nine digits: more is damage), or the default."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else default


__all__ = ["Element", "Package", "Relation", "as_int", "open_package", "parse_xml"]
