"""Web pages: the same rows as from text, what is visible, what is the page's own text, tables, encodings, bad input."""

import pytest

from pipeline.run import process
from schemas.folded import fold
from tests.documents import html
from tests.documents.check import paragraphs
from tests.documents.html import PLAN, read
from tests.documents.model import Table, read_plan
from tests.documents.same import mended, rows_of, strict_f1

TASKS = "zhumadian-2023-task-table"


def metadata(document):
    return {k: v.text if v else None for k, v in process(document).extraction.metadata.items()}


@pytest.mark.parametrize("merged", [(), (0, 1)])
@pytest.mark.parametrize(("style", "encoding"), [("plain", "gb18030"), ("word", "utf-8"), ("lines", "utf-8")])
def test_a_task_table_gives_the_rows_of_its_text(gold_results, merged, style, encoding):
    page = html.write(mended(read_plan(TASKS), merged), encoding, style=style)
    assert rows_of(process(read(page))) == rows_of(gold_results[TASKS])


@pytest.mark.parametrize("name", ["zhumadian-2022-scheme", "longnan-2023-scheme"])
def test_plans_as_pages_score_as_their_text(gold_results, name):
    result = process(read(html.write(read_plan(name), style="word", metadata="none")))
    assert abs(strict_f1(result, name) - strict_f1(gold_results[name], name)) <= 0.01
    assert rows_of(result) == rows_of(gold_results[name])


@pytest.mark.parametrize("kind", ["table", "dl", "ul", "div"])
@pytest.mark.parametrize("container", ['class="TRS_Editor"', 'id="zoom"', 'id="x1"'])
def test_metadata_are_read_and_the_frame_of_the_page_is_not(kind, container):
    document = read(html.write(PLAN, metadata=kind, container=container))
    assert metadata(document) == {
        "title": PLAN[0],
        "doc_number": "驻政办〔2023〕27号",
        "issuer": "驻马店市人民政府办公室",
        "region": "驻马店市",
        "issue_date": "2023-03-20",
        "publish_date": "2023-03-24",
        "period_start": None,
        "period_end": None,
    }
    shown = "\n".join(document.text[b.start : b.end] for b in document.blocks)
    assert [noise for noise in html.NOISE if noise in shown] == []
    assert [line for line in PLAN if line not in shown] == []


def test_the_text_of_the_document_is_the_visible_page():
    document = read(html.write(PLAN))
    visible = [noise for noise in html.NOISE if noise in document.text]
    assert visible == [noise for noise in html.NOISE if noise not in ("隐藏的提示", "var visits")]
    lines = document.text.split("\n")
    for block in document.blocks:
        if block.kind == "paragraph":
            assert lines[block.where.line - 1] == document.text[block.start : block.end]


def test_evidence_is_read_again_from_the_page(gold_results):
    result = process(read(html.write(mended(read_plan(TASKS), (0, 1)), metadata="table")))
    text = result.document.text
    slots = [slot for t in result.extraction.targets for slot in (t.indicator, t.value, t.quote)] + [t.title for t in result.extraction.tasks]
    assert len(slots) > 200
    for slot in slots:
        assert fold(text, [(s.start, s.end) for s in slot.spans]).plain.replace(" ", "") == slot.text.replace(" ", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_pages(encoding):
    document = read(html.write(PLAN, encoding))
    assert set(PLAN) <= set(paragraphs(document))


def test_encodings_that_are_declared_wrongly_or_not():
    page = html.page(PLAN, charset="gb2312")
    assert set(PLAN) <= set(paragraphs(read(page.encode())))
    assert set(PLAN) <= set(paragraphs(read(page.replace("gb2312", "utf-8").encode("gb18030"))))
    big = html.page(["臺北市節水行動方案", "到2025年，再生水利用率達到25%。"], charset="big5").encode("big5", "xmlcharrefreplace")
    assert "到2025年，再生水利用率達到25%。" in paragraphs(read(big))
    jsp = '<%@ page contentType="text/html; charset=GBK" %><p>到2025年，再生水利用率达到25%。</p>'
    assert paragraphs(read(jsp.encode("gbk"), "a.jsp")) == ["到2025年，再生水利用率达到25%。"]


def test_a_few_broken_bytes_are_an_issue():
    page = html.write(PLAN, "gb18030").replace("网站首页".encode("gb18030"), b"\xff\xff")
    document = read(page)
    assert PLAN[4] in paragraphs(document)
    assert "damaged_characters" in [i.code for i in document.issues]


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_saved_pages_in_one_file(encoding):
    document = read(html.mht(PLAN, encoding), "plan.mht")
    assert document.format == "html"
    assert set(PLAN) <= set(paragraphs(document))


def test_server_code_comments_and_struck_text_are_not_read():
    document = read(
        "<%@ page language='java'%><% if (a > b) { out.print('<p>9%</p>'); } %><p>达到<del>90%</del>95%<%= x %>。</p><!-- <p>8%</p> -->"
        "<![if !supportLists]><p>留下</p><![endif]><?php $a->b('7%'); ?>",
        "a.jsp",
    )
    assert paragraphs(document) == ["达到95%。", "留下"]
    assert [i.code for i in document.issues] == ["struck_text"]


def test_the_article_is_kept_whatever_its_container_is_called():
    body = "".join(f"<p>{p}</p>" for p in PLAN)
    for container in (
        "<div class='share-nav-footer'>{}</div>",
        "<form id=f1>{}</form>",
        "<center><font>{}</font></center>",
        "<footer>{}</footer>",
        "{}",
    ):
        document = read(
            f"<html><body><ul><li><a href=1>首页</a><li><a href=2>新闻</a><li><a href=3>服务</a></ul>{container.format(body)}</body></html>"
        )
        assert [p for p in PLAN if p not in paragraphs(document)] == [], container
        assert "首页" not in paragraphs(document)


NOTICE = [
    "新河市人民政府办公室关于印发新河市节水行动方案（2024—2026年）的通知",
    "新政办发〔2024〕12号",
    "各县区人民政府，市政府各部门：",
    "《新河市节水行动方案（2024—2026年）》已经市政府同意，现印发给你们，请认真贯彻执行。",
    "新河市人民政府办公室",
    "2024年5月6日",
    "新河市节水行动方案（2024—2026年）",
    "为节约用水，制定本方案。",
    "一、主要目标",
    "到2026年，再生水利用率达到25%，用水总量控制在3.5亿立方米以内。",
]
NOTICE_SAYS = ("新河市节水行动方案（2024—2026年）", "新政办发〔2024〕12号", "新河市人民政府办公室", "2024-05-06", "2024-05-09")
LAID_OUT_IN_TABLES = f"""<table><tr><td><img src=banner.jpg></table><table><tr><td><a href=1>首页</a> | <a href=2>政务</a> |
<a href=3>公开</a></table>
<table><tr><td width=200><table><tr><td><a href=a>领导之窗</a></td></tr><tr><td><a href=b>机构设置</a></td></tr><tr><td><a>政策法规</a></table></td>
<td><table><tr><td align=center><font size=5><b>关于印发新河市节水行动方案的通知</b></font></td></tr>
<tr><td>发布时间：2024-05-09 来源：市政府办 点击数：123</td></tr><tr><td>{"<br>".join("&nbsp;&nbsp;" + line for line in NOTICE)}</td></tr>
<tr><td>【<a href=#>打印本页</a>】【<a href=#>关闭窗口</a>】</td></tr></table></td></tr></table>"""
NAMELESS = f"""<div><div><a href=1>首页</a></div><div><a href=2>机构设置</a></div><div><a href=3>领导之窗</a></div></div><div><h1>{NOTICE[0]}</h1>
<p>2024-05-09 10:11 来源：市政府办</p>{"".join(f"<p>{line}</p>" for line in NOTICE)}</div>
<div><h2>相关阅读</h2><div><a href=4>新河市召开节水大会</a></div>
<div><a href=5>图解</a></div><div><a href=6>解读</a></div></div><div>主办：新河市人民政府 技术支持：某公司</div>"""
LABELS_IN_SPANS = f"""<div class=info><div><span>发文机关</span><span>新河市人民政府办公室</span></div>
<div><span>成文日期</span><span>2024-05-06</span></div>
<div><span>文　　号</span><span>新政办发〔2024〕12号</span></div><div><span>发布日期</span><span>2024-05-09</span></div></div>
<div id="UCAP-CONTENT">{"".join(f"<p>{line}</p>" for line in NOTICE[6:])}</div>"""
IN_ONE_LINE = f"""<div><span>索引号：007</span><span>发文机关：新河市人民政府办公室</span> <span>成文日期：2024年05月06日</span>
<span>文号：新政办发〔2024〕12号</span> <span>发布日期：2024年05月09日</span></div><div>{"".join(f"<p>{line}</p>" for line in NOTICE[6:])}</div>"""
BELOW_THE_TITLE = f"""<h1>{NOTICE[6]}</h1><table><tr><td>发文机关</td><td>新河市人民政府办公室</td></tr><tr><td>成文日期</td><td>2024-05-06</td></tr>
<tr><td>文号</td><td>新政办发〔2024〕12号</td></tr><tr><td>发布日期</td><td>2024-05-09</td></tr></table>
{"".join(f"<p>{line}</p>" for line in NOTICE[7:])}"""


@pytest.mark.parametrize("body", [LAID_OUT_IN_TABLES, NAMELESS, LABELS_IN_SPANS, IN_ONE_LINE, BELOW_THE_TITLE])
def test_pages_as_sites_build_them(body):
    result = process(read(f"<html><body>{body}</body></html>"))
    found = result.extraction.metadata
    assert tuple(found[name] and found[name].text for name in ("title", "doc_number", "issuer", "issue_date", "publish_date")) == NOTICE_SAYS
    assert [(t.indicator.text, t.value.text) for t in result.extraction.targets] == [("再生水利用率", "25%"), ("用水总量", "3.5亿立方米")]
    assert result.extraction.issues == ()
    shown = "\n".join(result.document.text[b.start : b.end] for b in result.document.blocks)
    assert [noise for noise in ("首页", "机构设置", "领导之窗", "召开", "图解", "技术支持") if noise in shown] == []


def test_a_table_of_metadata_is_no_table_of_tasks():
    result = process(
        read(
            "<h1>新河市2024年节水任务分解表</h1><table><tr><td>索引号</td><td>1</td><td>发布机构</td><td>新河市水利局</td></tr></table>"
            "<table><tr><td>序号<td>任务<td>责任单位<tr><td>1<td>再生水利用率达到25%<td>市水利局<br>市住建局</table>"
        )
    )
    assert result.extraction.metadata["issuer"].text == "新河市水利局"
    (task,) = result.extraction.tasks
    assert [b.text for b in task.bodies["responsible"]] == ["市水利局", "市住建局"]


def test_attachments_and_text_beside_the_article_are_kept():
    document = read(
        f"<div id=zoom>{''.join(f'<p>{p}</p>' for p in PLAN * 9)}</div><div class=fj>附件：<a href='/a/P1.doc'>任务分解表.doc</a></div>"
        f"<div><p>各县区要加强组织领导，健全工作机制，细化任务分工，确保各项目标任务如期完成并取得实效。</p></div><div>打印</div>"
    )
    assert paragraphs(document)[-2:] == [
        "附件：任务分解表.doc",
        "各县区要加强组织领导，健全工作机制，细化任务分工，确保各项目标任务如期完成并取得实效。",
    ]


def test_a_title_shown_as_a_picture_and_text_kept_for_scripts():
    document = read(
        '<head><meta name="ArticleTitle" content="新河市节水行动方案"></head><body><img src=t.png><p>一、目标</p><p>再生水利用率达到25%。</p></body>'
    )
    assert paragraphs(document)[0] == "新河市节水行动方案"
    hidden = read("<body><div id=app style='display:none'>" + "".join(f"<p>{p}</p>" for p in PLAN) + "</div><p>加载中</p></body>")
    assert set(PLAN) <= set(paragraphs(hidden))
    assert "hidden_text" in [i.code for i in hidden.issues]


def test_generated_pages_hold_what_they_should():
    plan = read_plan(TASKS)
    table = next(i for i in plan if isinstance(i, Table))
    assert html.page([table]).count("<tr>") == table.height + 3
