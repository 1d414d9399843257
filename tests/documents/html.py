"""Plans as pages of a government site: menus, a table of metadata, the article, related links, a footer."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from html import escape

from pipeline.parsers import parse_bytes
from schemas.types import Document
from tests.documents.model import Table

NOISE = (
    "网站首页",
    "政务公开",
    "互动交流",
    "您当前的位置",
    "字号：",
    "分享到",
    "扫一扫在手机打开当前页",
    "某市召开创建动员会",
    "友情链接",
    "网站标识码",
    "隐藏的提示",
    "var visits",
)
PLAN = (
    "新河市节水行动方案",
    "新河市人民政府",
    "为节约用水，制定本方案。坚持以水定需、量水而行，全面提升水资源利用效率，推动高质量发展。",
    "一、主要目标",
    "到2025年，再生水利用率达到25%，全市用水总量控制在3.5亿立方米以内。",
    "二、重点任务",
    "（一）推进农业节水。到2025年，高效节水灌溉面积达到30万亩。责任单位：市农业农村局",
)
METADATA = (
    ("索 引 号", "K1234567-8/2023-00012"),
    ("发文机关", "驻马店市人民政府办公室"),
    ("成文日期", "2023年03月20日"),
    ("文　　号", "驻政办〔2023〕27号"),
    ("主题分类", "环境保护"),
    ("发布日期", "2023-03-24"),
)


def page(
    items: Sequence[str | Table], style: str = "plain", metadata: str = "table", charset: str = "utf-8", container: str = 'class="TRS_Editor"'
) -> str:
    """The markup of a page. `style`: plain, word (pasted from Word) or lines (<br> only); `metadata`: table, dl, ul, div or none."""
    title = next((i for i in items if isinstance(i, str)), "")
    article = "\n".join(_table(i, style) if isinstance(i, Table) else _paragraph(i, style) for i in items)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{escape(title)}_某市人民政府</title>
<style>.TRS_Editor p {{margin: 0}}</style><script>var visits = "<div>var visits</div>";</script></head>
<body><div class="header"><div class="nav"><ul><li><a href="/">网站首页</a></li><li><a href="/zwgk">政务公开</a></li>
<li><a href="/hd">互动交流</a></li></ul></div></div><div class="dqwz">您当前的位置：<a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt;
<a href="/wj">政策文件</a></div>
<div style="display: none">隐藏的提示：到2099年达到99%。</div>
<div class="main">{_metadata(metadata)}
<div class="tools">字号：<a href="#">大</a> <a href="#">中</a> <a href="#">小</a> 分享到：<span class="bdsharebuttonbox"></span></div>
<div {container}>{article}</div>
<div class="ewm">扫一扫在手机打开当前页</div>
<div class="xgjd"><h3>相关链接</h3><ul><li><a href="/1">某市召开创建动员会 完成率达到88%</a></li>
<li><a href="/2">一图读懂方案</a></li><li><a href="/3">解读</a></li></ul></div>
</div><div class="footer"><p>友情链接：<a href="http://www.gov.cn">中国政府网</a></p>
<p>主办单位：某市人民政府 网站标识码：4117000001 2025年底前完成100%</p></div>
</body></html>"""


def write(items: Sequence[str | Table], encoding: str = "utf-8", **options: str) -> bytes:
    """The page as bytes; the encoding is declared as sites do (gb2312 for gb18030)."""
    declared = {"gb18030": "gb2312"}.get(encoding, encoding)
    return page(items, charset=declared, **options).encode(encoding, "xmlcharrefreplace")


def read(markup: str | bytes, name: str = "page.html") -> Document:
    """The document of a page."""
    return parse_bytes(markup if isinstance(markup, bytes) else markup.encode(), name)


def mht(items: Sequence[str | Table], encoding: str = "quoted-printable") -> bytes:
    """The page as a browser saves it with its parts in one file."""
    markup = page(items).encode()
    body = quopri.encodestring(markup) if encoding == "quoted-printable" else base64.encodebytes(markup)
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: http://www.example.gov.cn/1.html\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--B--"\r\n\r\n----B--\r\n'
        f"Content-Type: text/html\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    picture = "\r\n----B--\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n----B----\r\n"
    return head.encode() + body + picture.encode()


def _metadata(kind: str) -> str:
    pairs = METADATA
    if kind == "table":
        rows = (pairs[i : i + 2] for i in range(0, len(pairs), 2))
        return "<table class=xxgk>" + "".join("<tr>" + "".join(f"<td>{k}：</td><td>{v}</td>" for k, v in row) + "</tr>" for row in rows) + "</table>"
    if kind == "dl":
        return "<dl>" + "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in pairs) + "</dl>"
    if kind == "ul":
        return "<ul>" + "".join(f"<li><b>{k}：</b><span>{v}</span></li>" for k, v in pairs) + "</ul>"
    if kind == "div":
        return '<div class="info">' + "".join(f'<div class="k">{k}：</div><div class="v">{v}</div>' for k, v in pairs) + "</div>"
    return ""


def _paragraph(text: str, style: str) -> str:
    if style == "lines":
        return f"&nbsp;&nbsp;&nbsp;&nbsp;{escape(text)}<br>"
    if style == "plain":
        return f'<p style="text-indent: 2em">　　{escape(text)}</p>'
    half = len(text) // 2
    spans = "".join(
        f'<span lang=EN-US style="font-size:16.0pt;mso-bidi-font-size:12pt">{escape(part)}<o:p></o:p></span>' for part in (text[:half], text[half:])
    )
    return (
        "<!--[if gte mso 9]><xml><w:WordDocument>99%</w:WordDocument></xml><![endif]-->"
        f'<p class=MsoNormal style="text-indent:32.0pt;mso-char-indent-count:2.0"><font face="仿宋_GB2312">&nbsp;&nbsp;{spans}</font>'
        '<span style="mso-hide:all">隐藏的提示</span></p>'
    )


def _table(table: Table, style: str) -> str:
    rows = []
    for row in range(table.height):
        cells = []
        for cell in (c for c in table.cells if c.row == row):
            tag = "th" if row < table.header and style != "word" else "td"
            spans = (f" rowspan={cell.rowspan}" if cell.rowspan > 1 else "") + (f' colspan="{cell.colspan}"' if cell.colspan > 1 else "")
            text = f"<p class=MsoNormal><span>{escape(cell.text)}<o:p></o:p></span></p>" if style == "word" else escape(cell.text)
            cells.append(f"<{tag}{spans}>{text}</{tag}>")
        rows.append("<tr>" + "".join(cells) + "</tr>")
    head, body = "\n".join(rows[: table.header]), "\n".join(rows[table.header :])
    return f"<table border=1 cellspacing=0><thead>{head}</thead><tbody>{body}</tbody></table>"
