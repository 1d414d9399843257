"""OFD files (GB/T 33190) of set pages: every line a text object with the step of each character, tables as paths."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from tests.documents.archive import zipped
from tests.documents.model import Table
from tests.documents.typeset import PORTRAIT, Leaf, Line, Setter

NAMESPACE = "http://www.ofdspec.org/2016"
MM = 25.4 / 72


def write(
    items: list[str | Table], path: Path | None = None, page: tuple[float, float] = PORTRAIT, repeat_header: bool = True, prefix: str = "ofd"
) -> bytes:
    """The bytes of an OFD file with the items set on pages; also written to `path`."""
    data = zipped(parts(Setter(page, repeat_header=repeat_header).set(items), prefix))
    if path is not None:
        path.write_bytes(data)
    return data


def parts(leaves: list[Leaf], prefix: str = "ofd") -> dict[str, str | bytes]:
    """The members of an OFD file, by name."""
    listed = "".join(f'<ofd:Page ID="{10 + i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(leaves)))
    first = leaves[0]
    members: dict[str, str | bytes] = {
        "OFD.xml": xml(
            "OFD", "<ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
        ),
        "Doc_0/Document.xml": xml(
            "Document",
            f"<ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID><ofd:PageArea>{area(first)}</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
            f"</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>",
        ),
        "Doc_0/PublicRes.xml": xml("Res", '<ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts>', ' BaseLoc="Res"'),
    }
    for i, leaf in enumerate(leaves):
        members[f"Doc_0/Pages/Page_{i}/Content.xml"] = page_xml(leaf)
    if prefix == "ofd":
        return members
    renamed = {name: str(text).replace("xmlns:ofd", f"xmlns:{prefix}" if prefix else "xmlns") for name, text in members.items()}
    return {name: text.replace("ofd:", f"{prefix}:" if prefix else "") for name, text in renamed.items()}


def xml(root: str, inner: str, attributes: str = "") -> str:
    """A part with its root element."""
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{root} xmlns:ofd="{NAMESPACE}"{attributes}>{inner}</ofd:{root}>'


def area(leaf: Leaf) -> str:
    """The box of a page."""
    return f"<ofd:PhysicalBox>0 0 {leaf.width * MM:.3f} {leaf.height * MM:.3f}</ofd:PhysicalBox>"


def page_xml(leaf: Leaf) -> str:
    """A page's Content.xml."""
    drawn = "".join([*(_path(rule) for rule in leaf.rules), *(text_object(line) for line in leaf.lines)])
    return xml("Page", f'<ofd:Area>{area(leaf)}</ofd:Area><ofd:Content><ofd:Layer ID="1" Type="Body">{drawn}</ofd:Layer></ofd:Content>')


def text_object(line: Line) -> str:
    """A line of text: its boundary, size, and the steps between its characters, equal ones folded as "g n d"."""
    x, y, size = line.lefts[0] * MM, line.top * MM, line.size * MM
    steps = [round((b - a) * MM, 4) for a, b in zip(line.lefts, line.lefts[1:], strict=False)]
    words, i = [], 0
    while i < len(steps):
        same = next((j for j in range(i, len(steps)) if steps[j] != steps[i]), len(steps)) - i
        words.append(f"g {same} {steps[i]}" if same > 2 else " ".join([str(steps[i])] * same))
        i += same
    delta = f' DeltaX="{" ".join(words)}"' if words else ""
    wide = (line.lefts[-1] - line.lefts[0]) * MM + size
    return (
        f'<ofd:TextObject ID="5" Boundary="{x:.4f} {y:.4f} {wide:.4f} {size:.4f}" Font="3" Size="{size:.4f}">'
        f'<ofd:TextCode X="0" Y="{0.86 * size:.4f}"{delta}>{escape(line.text)}</ofd:TextCode></ofd:TextObject>'
    )


def _path(rule: tuple[float, float, float, float]) -> str:
    x0, top, x1, bottom = (v * MM for v in rule)
    return (
        f'<ofd:PathObject ID="6" Boundary="{x0:.4f} {top:.4f} {max(x1 - x0, 0.2):.4f} {max(bottom - top, 0.2):.4f}" LineWidth="0.18">'
        f"<ofd:AbbreviatedData>M 0 0 L {x1 - x0:.4f} {bottom - top:.4f}</ofd:AbbreviatedData></ofd:PathObject>"
    )
