"""OFD (GB/T 33190): the parts of its archive, its documents and pages; `page` reads what is drawn on a page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.content import Builder, Content
from pipeline.layout.flow import lay_out
from pipeline.layout.page import Page
from pipeline.parsers.ofd.page import POINT, Drawing, children, numbers, only
from pipeline.parsers.zipxml import Package, members_of
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget

_A4 = [0.0, 0.0, 210.0, 297.0]  # millimetres
_DEPTH = 8  # templates and graphic units inside one another: more is a circle


def parse(data: bytes, budget: Budget) -> Content:
    """Paragraphs and tables of all its documents. Raises ParseError for a broken or encrypted file, LimitError over the budget."""
    builder = Builder(budget)
    package = _open(data, budget)
    number = 0
    for part in _roots(package):
        document = _document(package, part, builder)
        budget.check("pages", number + len(document.pages), "pages")
        lay_out(_pages(document, number, builder), builder)  # each by itself: nothing goes on from one document to the next
        number += len(document.pages)
    return builder.content()


def _open(data: bytes, budget: Budget) -> Package:
    """The package. Raises ParseError where it is encrypted."""
    archive, names = members_of(data, budget)
    if any(posixpath.basename(name) in ("encryptions.xml", "encryptinfo.xml") for name in names):
        raise ParseError("the OFD file is encrypted: open it in an OFD reader with its password or certificate and save it unencrypted")
    return Package(archive, budget, names)


@dataclass(slots=True)
class _Document:
    """A document of the package: the box of its pages, its templates (id → part) and resources (id → part or graphic unit)."""

    package: Package
    box: list[float]
    pages: list[str]
    templates: dict[str, str] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    units: dict[str, Any] = field(default_factory=dict)


def _roots(package: Package) -> list[str]:
    """The root part of each document."""
    root = package.xml("OFD.xml")
    bodies = [only(body, "DocRoot") for body in children(root, "DocBody")]
    roots = [package.near("OFD.xml", body.text) for body in bodies if body is not None and body.text]
    if not roots:
        raise ParseError("OFD.xml names no document: the OFD file is incomplete, get it again")
    return roots


def _pages(document: _Document, before: int, builder: Builder) -> Iterator[Page]:
    """The pages of a document, numbered from `before` + 1; those that cannot be read are issues."""
    recognised = 0
    for number, part in enumerate(document.pages, before + 1):
        builder.budget.tick()
        try:
            drawing, box = _draw(document, part, number, builder)
        except LimitError:
            raise
        except ParseError as error:
            builder.issue("error", "page_failed", f"page {number}", f"{error}; the other pages were read")
            continue
        if drawing.images and not drawing.runs:
            recognised += 1
            builder.budget.check("ocr_pages", recognised, "pages without text")
            yield _recognised(document, drawing, box, number, builder)
        else:
            yield Page(number, box[2] * POINT, box[3] * POINT, drawing.runs, drawing.rules)


def _document(package: Package, part: str, builder: Builder) -> _Document:
    """What Document.xml says; a resource file that cannot be read is an issue, for text needs none."""
    root = package.xml(part)
    common = only(root, "CommonData")
    listed = only(root, "Pages")
    pages = [package.near(part, page.get("BaseLoc")) for page in children(listed, "Page") if page.get("BaseLoc")]
    document = _Document(package, _box(only(common, "PageArea"), _A4), pages)
    for template in children(common, "TemplatePage"):
        if template.get("BaseLoc"):
            document.templates[template.get("ID", "")] = package.near(part, template.get("BaseLoc"))
    for kind in ("PublicRes", "DocumentRes"):
        for resource in children(common, kind):
            if resource.text:
                _resources(document, package.near(part, resource.text), builder)
    return document


def _resources(document: _Document, part: str, builder: Builder) -> None:
    package = document.package
    try:
        root = package.xml(part)
    except LimitError:
        raise
    except ParseError as error:
        builder.issue("warning", "part_failed", part, f"{error}; pictures named in it are not read")
        return
    base = package.near(part, posixpath.join(root.get("BaseLoc") or ".", "x"))
    for media in children(only(root, "MultiMedias"), "MultiMedia"):
        file = only(media, "MediaFile")
        if file is not None and file.text:
            document.images[media.get("ID", "")] = package.near(base, file.text)
    for unit in children(only(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
        document.units[unit.get("ID", "")] = only(unit, "Content")


def _draw(document: _Document, part: str, number: int, builder: Builder) -> tuple[Drawing, list[float]]:
    """What is drawn on a page with its templates, and the page's box in millimetres."""
    root = document.package.xml(part)
    box = _box(only(root, "Area"), document.box)
    for resource in children(root, "PageRes"):
        if resource.text:
            _resources(document, document.package.near(part, resource.text), builder)
    drawing = Drawing((box[0], box[1]), document.units)
    _layers(document, root, drawing, ())
    if drawing.odd:
        builder.issue("warning", "unmapped_text", f"page {number}", f"{drawing.odd} characters have no Unicode value: compare the page")
    if drawing.sizeless:
        message = f"{drawing.sizeless} pieces of text have no size, or none that can be seen, and are not read: compare the page"
        builder.issue("warning", "text_without_size", f"page {number}", message)
    return drawing, box


def _layers(document: _Document, root: Any, drawing: Drawing, seen: tuple[str, ...]) -> None:
    """The templates of a page, in which templates may stand again, then its own layers."""
    for template in children(root, "Template"):
        part = document.templates.get(template.get("TemplateID", ""))
        if part and part not in seen and len(seen) < _DEPTH:
            _layers(document, document.package.xml(part), drawing, (*seen, part))
    for layer in children(only(root, "Content"), "Layer"):
        drawing.add(layer)


def _box(area: Any, default: list[float]) -> list[float]:
    """The physical box of a page area: x, y, width, height in millimetres."""
    physical = only(area, "PhysicalBox")
    found = numbers(physical.text) if physical is not None else []
    return found if len(found) == 4 and found[2] > 0 and found[3] > 0 else default


def _recognised(document: _Document, drawing: Drawing, box: list[float], number: int, builder: Builder) -> Page:
    """A page of pictures, put together and read by character recognition; where that is not installed, an issue."""
    from pipeline.parsers.image import compose, read_pictures
    from pipeline.recognise import DPI, page_of, report

    width, height = box[2] * POINT, box[3] * POINT
    try:
        parts = []
        for resource, place in drawing.images:
            part = document.images.get(resource)
            if part is None:
                builder.issue("warning", "part_failed", f"page {number}", f"its picture {resource} is not listed in the file and is not read")
                continue
            picture, _ = next(read_pictures(document.package.read(part), document.package.budget))
            parts.append((picture, place))
        page = page_of(compose(parts, width, height, DPI), DPI, number, document.package.budget)
    except LimitError:
        raise
    except ParseError as error:
        builder.issue("error", "page_failed", f"page {number}", f"{error}; the other pages were read")
        return Page(number, width, height)
    report(page, builder)
    return page
