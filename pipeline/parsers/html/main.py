"""Which lines and tables of a page belong to its text, and which to the page around it (menus, related links, footers)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.parsers.html.flow import Line, once_per
from pipeline.parsers.html.tables import Grid
from pipeline.parsers.html.tree import Tree

# containers of the article in the systems that government sites run (TRS, UCAP, VSB, Hanweb, Dayu …) and in pages saved from readers
_KNOWN = re.compile(
    r"TRS_Editor|TRS_UEDITOR|trs_paper_default|trs_editor_view|UCAP-?CONTENT|pages_content|\bzoom\b|vsb_content|v_news_content|Custom_UnionStyle"
    r"|wp_articlecontent|art(?:icle|ical)?[-_]?(?:con(?:tent)?|body|text|main|detail)?\b|\b(?:news|main|con|text|detail|xxgk|zfxxgk|gkml|zw|wz|wzcon|info)"
    r"[-_]?(?:content|con|text|txt|body|nr|detail|article)\b|\bcontent\b|\bzhengwen\b|\bwenzhang\b|neirong|readability-page|post-content|entry-content"
    r"|policy-body|mainText|\bconTxt\b|bt-content|\beditor\b",
    re.I,
)
_HOLDERS = {"div", "td", "article", "section", "main", "span", "ucapcontent", "form"}
_FRAME_TAGS = {"nav", "footer", "aside", "button", "menu", "dialog", "form"}
_FRAME = re.compile(
    r"(?:^|[\s_-])(?:nav(?:bar|i|igation)?|menu|foot(?:er)?|bread ?crumbs?|crumbs?|share|bdshare\w*|bshare|jiathis\w*|relat(?:ed|e|ion)?"
    r"|xgxx|xgwj|xgwz|xgjd|xgyd|recommend|hot|sidebar|copyright|friend ?links?|yqlj|pag(?:er|ination)|comments?|search|login|qr ?code|ewm|erweima"
    r"|tool(?:bar|s)?|print|dayin|close|sitemap|ads?|banner|position|location|weizhi|dqwz|wzdh|topbar|prev|next|fontsize|zihao|back-to-\w+"
    r"|article-nav)(?=$|[\s_-]|\d)",
    re.I,
)
_SURE = re.compile(r"foot|bread ?crumb|copyright|(?:^|[\s_-])(?:nav|menu)(?=$|[\s_-])", re.I)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TITLE = re.compile(r"(?:^|[\s_-])(?:title|tit|bt|biaoti|headline|subject|arti[-_]?title|wzbt|zw-?title)(?=$|[\s_-]|\d)", re.I)
LABEL = re.compile(
    r"^[【\[]?(?:索引号|信息索引|发文机关|发文单位|发布机构|发布单位|制发机关|制定机关|公开责任部门|信息来源|信息分类|公开方式|公开时限|公开范围|公开日期|公开时间"
    r"|成文日期|发文日期|印发日期|签发日期|生成日期|发布日期|发布时间|日期|时间|来源|文号|发文字号|文件编号|标题|名称|信息名称|主题分类|主题词|体裁分类|组配分类|服务对象"
    r"|效力(?:状态|属性)?|有效性|是否有效|时效性?|时效状态|(?:规范性)?文件(?:状态|有效性|时效性?)|政策(?:状态|有效性|时效性?)|实施日期|生效日期|施行日期|失效日期|废止日期|分类|公文种类|关键词|统一登记号|规范性文件编号)[】\]]?(?=$|[:：])"
)
_LABEL_ONLY = re.compile(LABEL.pattern + r"[:：]?")
_DATE = re.compile(r"^(?:20|19)\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}日?(?:$|[\s\d:：来源]|.{0,30}来源)")
_IMPRINT = re.compile(r"网站标识码|ICP备|公网安备|版权所有|Copyright|©|(?:技术|网站)支持[:：]|建议使用.{0,20}浏览器", re.I)
_SEPARATED = re.compile(r"[|｜>＞»›]")
_ATTACHED = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|zip|rar|ofd|7z)(?:$|[?#])", re.I)
_ATTACHMENT = re.compile(r"^附\s*[件表录]")
_SPACE = re.compile(r"[\s\u3000]+")
_PROSE = 20  # characters without links from which a line counts as text when the article is looked for
_NEARLY = 0.95  # of the page's prose: what the article's element leaves out may lose its short lines
_KEPT = 30  # … from which a line outside the article is kept: rather too much than too little


@dataclass(frozen=True, slots=True)
class Weights:
    """Sums over ranges of elements: characters of prose and tables, of links, of all text."""

    prose: tuple[int, ...]
    links: tuple[int, ...]
    whole: tuple[int, ...]

    def over(self, sums: tuple[int, ...], start: int, end: int) -> int:
        """The sum over the elements from `start` to `end`."""
        return sums[end] - sums[start]


Item = Line | Grid


def weigh(tree: Tree, items: Sequence[Item]) -> Weights:
    """What stands where."""
    prose, links, whole = ([0] * len(tree.tags) for _ in range(3))
    for item in items:
        length = len(item.text) if isinstance(item, Line) else item.length
        free = length - item.links
        prose[item.node] += free if free >= _PROSE else 0
        links[item.node] += item.links
        whole[item.node] += length
    return Weights(*(tuple(accumulate(values, initial=0)) for values in (prose, links, whole)))


def find_main(tree: Tree, weights: Weights) -> int:
    """The element that holds the article: the innermost known container with nearly all prose of the page, else the innermost element with it."""
    total = weights.prose[-1]
    known = [i for i, tag in enumerate(tree.tags) if tag in _HOLDERS and _is_known(tree, i) and _prose(tree, weights, i) >= _NEARLY * total]
    if known and total:
        return known[-1]
    at = 0
    while True:
        within = [i for i in tree.children(at) if tree.tags[i]]
        best = max(within, key=lambda i: _prose(tree, weights, i), default=None)
        if best is None or tree.tags[best] in ("table", "p", "tr", "ul", "ol") or _prose(tree, weights, best) < _NEARLY * total or not total:
            return at
        at = best


def _is_known(tree: Tree, i: int) -> bool:
    return tree.tags[i] in ("article", "ucapcontent") or bool(_KNOWN.search(tree.get(i, "id")) or _KNOWN.search(tree.get(i, "class")))


def _prose(tree: Tree, weights: Weights, i: int) -> int:
    return weights.over(weights.prose, i, tree.ends[i])


def find_frame(tree: Tree, weights: Weights) -> bytearray:
    """For each element whether it belongs to the frame of the page by its tag or name; not where much of the page's prose stands in it."""
    total = weights.prose[-1]

    def frame(i: int) -> bool:
        if tree.tags[i] in ("body", "html"):
            return False
        named = f"{tree.get(i, 'class')} {tree.get(i, 'id')}"
        by_name = named != " " and bool(_FRAME.search(_CAMEL.sub("-", named)))
        if tree.tags[i] not in _FRAME_TAGS and not by_name:
            return False
        end = tree.ends[i]
        linked = weights.over(weights.links, i, end) > 0.4 * weights.over(weights.whole, i, end)
        most = 0.4 if tree.tags[i] in ("nav", "footer") or _SURE.search(named) else 0.15
        return linked or _prose(tree, weights, i) <= most * total

    return once_per(frame, tree)


def choose(tree: Tree, items: Sequence[Item]) -> list[bool]:
    """For each line and table whether it belongs to the text."""
    attached = {_home(tree, i) for i, tag in enumerate(tree.tags) if tag == "a" and _ATTACHED.search(tree.get(i, "href"))}
    frame = find_frame(tree, weigh(tree, items))
    menus = _menus(items, attached)
    own = [i for number, i in enumerate(items) if not frame[i.node] and number not in menus and not _is_about(i)]
    main = find_main(tree, weigh(tree, own))
    titles = once_per(lambda i: tree.tags[i] in ("h1", "h2") or bool(_TITLE.search(_CAMEL.sub("-", tree.get(i, "class")))), tree)
    kept: list[bool] = []
    label = False
    for number, item in enumerate(items):
        text = _SPACE.sub("", item.text) if isinstance(item, Line) else ""
        named = bool(LABEL.match(text))
        if frame[item.node]:
            keep = False
        elif named or item.node in attached or _ATTACHMENT.match(text):
            keep = True
        elif number in menus or (text and _IMPRINT.search(text) and not main <= item.node < tree.ends[main]):
            keep = False
        elif main <= item.node < tree.ends[main] or (label and len(text) < 80):
            keep = True
        else:
            keep = _is_prose(item) or (item.node < tree.ends[main] and isinstance(item, Line) and _is_head(item, bool(titles[item.node])))
        kept.append(keep)
        label = named and bool(_LABEL_ONLY.fullmatch(text))
    return kept


def _is_about(item: Item) -> bool:
    """Whether it says what the document is, or what the site is, and is no part of the text."""
    if isinstance(item, Line):
        text = _SPACE.sub("", item.text)
        return bool(LABEL.match(text) or _IMPRINT.search(text))
    return sum(bool(LABEL.match(_SPACE.sub("", c.text))) for c in item.cells) >= 2


def _is_prose(item: Item) -> bool:
    """Whether it is kept although it stands outside the article."""
    if isinstance(item, Grid):
        return item.links <= 0.4 * item.length
    return len(item.text) - item.links >= _KEPT and item.links < 0.3 * len(item.text)


def _is_head(line: Line, title: bool) -> bool:
    """A title or a date above the article."""
    return (title and len(line.text) - line.links > 3) or bool(_DATE.match(line.text))


def _home(tree: Tree, i: int) -> int:
    """The block element around a link."""
    while i > 0 and tree.tags[i] in ("a", "span", "b", "strong", "font", "u", "em", "i"):
        i = tree.parents[i]
    return i


def _menus(items: Sequence[Item], attached: set[int]) -> set[int]:
    """Runs of three or more lines that are links and nothing else, and lines that hold several (首页 > 政务公开 > 政策文件)."""
    found: set[int] = set()
    run: list[int] = []
    for number, item in enumerate(items):
        bare = _SPACE.sub("", item.text) if isinstance(item, Line) else ""
        if not bare or item.links < 0.6 * len(bare) or item.node in attached:
            found.update(run if len(run) >= 3 else ())
            run = []
            continue
        run.append(number)
        if _SEPARATED.search(bare) or len(bare) <= 8:
            found.add(number)
    return found | set(run if len(run) >= 3 else ())
