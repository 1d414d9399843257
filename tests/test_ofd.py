"""OFD: text and tables by place, several documents, templates; what is broken, encrypted or hostile is refused by name."""

from __future__ import annotations

import io
import zipfile

import pytest

from pipeline.parsers import parse_bytes
from pipeline.parsers.ofd import parse
from pipeline.run import process
from schemas.errors import LimitError, ParseError
from schemas.limits import Budget, Limits
from schemas.types import Document
from tests.documents import ofd
from tests.documents.archive import zipped
from tests.documents.model import read_plan, table_of
from tests.documents.same import mended, rows_of
from tests.documents.typeset import LANDSCAPE, PORTRAIT, Leaf, Line, Setter

TABLE = table_of([["指标", "目标"], ["森林覆盖率", "≥35.5%"], ["PM2.5", "-3.5"]])


def read(members: dict[str, str | bytes], **limits: int) -> Document:
    return parse_bytes(zipped(members), "plan.ofd", limits=Limits(**limits))


def texts(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


def one_page(drawn: str) -> dict[str, str | bytes]:
    """A file with a page on which these objects stand."""
    members = ofd.parts([Leaf(*PORTRAIT)])
    content = f'<ofd:Area/><ofd:Content><ofd:Layer ID="1">{drawn}</ofd:Layer></ofd:Content>'
    members["Doc_0/Pages/Page_0/Content.xml"] = ofd.xml("Page", content)
    return members


def text(inner: str, attributes: str = 'Size="4"') -> str:
    return f'<ofd:TextObject Boundary="20 20 100 5" {attributes}>{inner}</ofd:TextObject>'


@pytest.mark.parametrize(("page", "repeat"), [(PORTRAIT, True), (PORTRAIT, False), (LANDSCAPE, True)])
def test_task_table_gives_the_rows_of_the_text_version(gold_results, page, repeat):
    name = "zhumadian-2023-task-table"
    data = ofd.write(mended(read_plan(name), (0, 1)), page=page, repeat_header=repeat)
    assert rows_of(process(parse_bytes(data, "plan.ofd"))) == rows_of(gold_results[name])


@pytest.mark.parametrize("prefix", ["", "fd"])
def test_prefix_of_the_namespace_does_not_matter(prefix):
    assert texts(parse_bytes(ofd.write(["总体要求", TABLE], prefix=prefix), "a.ofd")) == texts(parse_bytes(ofd.write(["总体要求", TABLE]), "a.ofd"))


def test_places_are_points_of_the_page():
    leaf = Leaf(*PORTRAIT, lines=[Line("到2025年森林覆盖率达到35.5%", tuple(100.0 + 10 * i for i in range(18)), 200.0, 10.0)])
    document = read(ofd.parts([leaf]))
    start = document.text.index("森林")
    (box,) = document.boxes(start, start + 5)
    assert (box.page, round(box.x0), round(box.top), round(box.x1), round(box.bottom)) == (1, 160, 200, 210, 210)


def test_steps_scale_and_later_codes_place_characters():
    drawn = text('<ofd:TextCode X="0" Y="3.4" DeltaX="g 2 4 4 g 1 4">一二三四五</ofd:TextCode>')
    codes = '<ofd:TextCode X="0" Y="5" DeltaX="g 1 2">六七</ofd:TextCode><ofd:TextCode X="8" Y="5" DeltaX="2">八九</ofd:TextCode>'
    drawn += text(codes, 'Size="2" CTM="2 0 0 2 0 10"')
    document = read(one_page(drawn))
    assert "".join(texts(document)).replace(" ", "") == "一二三四五六七八九"
    (box,) = document.boxes(document.text.index("八"), document.text.index("八") + 1)
    assert round(box.x0 / 72 * 25.4) == 20 + 16


def test_text_printed_twice_to_look_bold_is_read_once():
    code = '<ofd:TextCode X="0" Y="3.4" DeltaX="g 3 4">总体要求</ofd:TextCode>'
    assert texts(read(one_page(text(code) + text(code)))) == ["总体要求"]


def test_what_is_hidden_is_not_read_and_blocks_are():
    code = '<ofd:TextCode X="0" Y="3.4" DeltaX="g 2 4">{}</ofd:TextCode>'
    drawn = text(code.format("看不见"), 'Size="4" Visible="false"') + f"<ofd:PageBlock>{text(code.format('看得见'))}</ofd:PageBlock>"
    assert texts(read(one_page(drawn))) == ["看得见"]


@pytest.mark.parametrize(
    "frame",
    [
        '<ofd:PathObject Boundary="20 20 80 20">'
        "<ofd:AbbreviatedData>M 0 0 L 80 0 L 80 20 L 0 20 C M 0 10 L 80 10 M 40 0 L 40 20</ofd:AbbreviatedData></ofd:PathObject>",
        "".join(
            f'<ofd:PathObject Boundary="{x} {y} {w} {h}" Stroke="false" Fill="true">'
            f"<ofd:AbbreviatedData>M 0 0 L {w} 0 L {w} {h} L 0 {h} C</ofd:AbbreviatedData></ofd:PathObject>"
            for x, y, w, h in ((20, 20, 80, 0.2), (20, 30, 80, 0.2), (20, 40, 80, 0.2), (20, 20, 0.2, 20), (60, 20, 0.2, 20), (100, 20, 0.2, 20))
        ),
    ],
    ids=["stroked", "filled"],
)
def test_tables_ruled_with_strokes_and_with_thin_shapes(frame):
    words = (("指标", 22, 23), ("目标", 62, 23), ("覆盖率", 22, 33), ("35.5", 62, 33))
    drawn = frame + "".join(
        f'<ofd:TextObject Boundary="{x} {y} 30 4" Size="4"><ofd:TextCode X="0" Y="3.4">{word}</ofd:TextCode></ofd:TextObject>' for word, x, y in words
    )
    document = read(one_page(drawn))
    assert [(b.where.row, b.where.column) for b in document.blocks] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert texts(document) == ["指标", "目标", "覆盖率", "35.5"]


def test_documents_of_one_file_follow_each_other():
    members = ofd.parts(Setter().set(["第一份文件的正文"]))
    for name, part in ofd.parts(Setter().set(["第二份文件的正文"])).items():
        if name.startswith("Doc_0"):
            members[name.replace("Doc_0", "Doc_1")] = part
    body = "<ofd:DocBody><ofd:DocRoot>{}/Document.xml</ofd:DocRoot></ofd:DocBody>"
    members["OFD.xml"] = ofd.xml("OFD", body.format("Doc_0") + body.format("/Doc_1"))
    document = read(members)
    found = [t for t in texts(document) if "正文" in t]
    assert found == ["第一份文件的正文", "第二份文件的正文"]
    assert [p.page for p in document.pieces if "正文" in document.text[p.start : p.end]] == [1, 2]


def with_template(inner: str) -> dict[str, str | bytes]:
    members = one_page(text('<ofd:TextCode X="0" Y="3.4" DeltaX="g 1 4">正文</ofd:TextCode>'))
    members["Doc_0/Document.xml"] = str(members["Doc_0/Document.xml"]).replace(
        "</ofd:CommonData>", '<ofd:TemplatePage ID="7" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
    )
    page = str(members["Doc_0/Pages/Page_0/Content.xml"])
    members["Doc_0/Pages/Page_0/Content.xml"] = page.replace("<ofd:Area/>", '<ofd:Template TemplateID="7" ZOrder="Background"/><ofd:Area/>')
    members["Doc_0/Tpls/Tpl_0/Content.xml"] = ofd.xml("Page", inner)
    return members


def test_templates_are_drawn_and_circles_of_them_end():
    head = text('<ofd:TextCode X="0" Y="-10" DeltaX="g 1 4">红头</ofd:TextCode>')
    inner = f'<ofd:Template TemplateID="7"/><ofd:Content><ofd:Layer ID="1">{head}</ofd:Layer></ofd:Content>'
    assert "".join(texts(read(with_template(inner)))) == "红头正文"


def test_a_page_that_cannot_be_read_is_an_issue_and_the_others_are_read():
    members = ofd.parts([Leaf(*PORTRAIT), *Setter().set(["第二页的正文"])])
    del members["Doc_0/Pages/Page_0/Content.xml"]
    document = read(members)
    assert "第二页的正文" in texts(document)
    (issue,) = document.issues
    assert (issue.code, issue.where) == ("page_failed", "page 1") and "Doc_0/Pages/Page_0/Content.xml" in issue.message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Doc_0/Encryptions.xml": "<a/>"}, "encrypted"),
        ({"Doc_0/Document.xml": "<a><b></a>"}, r"Doc_0/Document\.xml is no sound XML"),
        ({"OFD.xml": ofd.xml("OFD", "")}, "names no document"),
        ({"OFD.xml": ofd.xml("OFD", "<ofd:DocBody><ofd:DocRoot>../../etc/passwd</ofd:DocRoot></ofd:DocBody>")}, "outside the package"),
        ({"OFD.xml": ofd.xml("OFD", "<ofd:DocBody><ofd:DocRoot>Doc_9/Document.xml</ofd:DocRoot></ofd:DocBody>")}, r"Doc_9/Document\.xml is missing"),
        ({"Doc_0/Document.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}, "document type"),
        ({"Doc_0/Document.xml": '<!DOCTYPE a [<!ENTITY x "yyyyyyyy"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>'}, "document type"),
    ],
)
def test_what_cannot_be_trusted_or_read_is_refused_by_part(change, says):
    members = ofd.parts(Setter().set(["正文"]))
    with pytest.raises(ParseError, match=says):
        read({**members, **change})


def test_broken_archive_bomb_and_too_many_pages():
    data = ofd.write(["正文"])
    with pytest.raises(ParseError, match="no sound package"):
        parse(data[: len(data) // 2], Budget())
    members = ofd.parts(Setter().set(["正文"]))
    with pytest.raises(LimitError, match="expansion"):
        read({**members, "Doc_0/PublicRes.xml": ofd.xml("Res", " " * 3_000_000)})
    with pytest.raises(LimitError, match="pages"):
        read(ofd.parts([Leaf(*PORTRAIT)] * 4), pages=3)


def test_damaged_member_is_named():
    data = bytearray(ofd.write(["正文"]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("Doc_0/Document.xml")
    start = info.header_offset + 30 + len(info.filename)
    data[start + 5 : start + 25] = b"\0" * 20
    with pytest.raises(ParseError, match=r"Doc_0/Document\.xml cannot be unpacked"):
        parse_bytes(bytes(data), "plan.ofd")


@pytest.mark.parametrize("data", ["M 0 0 X 5", "L 5 5", "M 0", "M 1e99 0 L 0 0"])
def test_broken_paths_fail_their_page_only(data):
    document = read(one_page(f'<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'))
    assert [i.code for i in document.issues] == ["page_failed"]


def test_short_lines_of_one_width_do_not_make_the_edge_of_a_wide_page():
    plan = [
        *("宁溪县人民政府办公室", "各乡镇人民政府办公室：", "宁溪县人民政府办公室", "宁溪县水务局办公室印发", "一、水污染防治工作目标"),
        "到2026年，全县地表水优良比例达到96.5%，城市污水集中收集率达到75%以上，化学需氧量排放量削减1200吨。",
        "二、水污染防治重点任务",
        "（一）强化源头治理。2024年底前整治入河排污口86个，关闭禁养区养殖场15家，新建乡镇污水处理站12座，清淤河道38公里。",
    ]
    assert texts(parse_bytes(ofd.write(plan, page=LANDSCAPE), "plan.ofd")) == plan
