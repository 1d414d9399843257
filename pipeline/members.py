"""What the names of files say: which file of a plan is its notice, its text or an attachment, and which are no documents at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import regex

from extractors import rules
from extractors.numerals import parse_number
from schemas.folded import fold

_ATTACHMENT = regex.compile(
    r"(?<![及和含与带])附(?P<kind>[件表录图])[ _]?[(\[]?(?P<number>\d{1,2}(?!\d)|[一二三四五六七八九十]{1,2})?(?:[-—]\d{1,2})?[)\]]?"
    r"[ :、._-]*(?P<title>.*)"
)
_NOTICE = regex.compile(r"通知|(?:关于|^)印发(?!稿)|批复|公告")
_JUNK = re.compile(r"(?:\..*|__MACOSX|Thumbs\.db|desktop\.ini|~\$.*|sources\.(?:csv|tsv))", re.I)
_PAGE_PARTS = re.compile(r"(?P<page>.+?)(?:_files|\.files|_文件|_file)")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")


def is_sources_list(name: str) -> bool:
    """Whether a file is a list of sources, which is never a document."""
    return name.lower() in ("sources.csv", "sources.tsv")


def is_junk(name: str) -> bool:
    """Whether a file or folder is what systems and programs leave behind (hidden, 缩略图, lock files), or a sources list. One part of a path."""
    return bool(_JUNK.fullmatch(name))


def belongs_to_page(folder: str, beside: Iterable[str]) -> bool:
    """Whether a folder holds the pictures and scripts of a web page saved `beside` it (方案.html and 方案_files)."""
    hit = _PAGE_PARTS.fullmatch(folder)
    if hit is None:
        return False
    pages = [PurePosixPath(n).stem for n in beside if PurePosixPath(n).suffix.lower() in (".html", ".htm", ".mht")]
    return hit["page"] in pages


def readable(name: str) -> str:
    """A name for people and databases: bytes that are no UTF-8 read as GB18030 (archives made on Windows), control characters written out."""
    if any("\ud800" <= c <= "\udfff" for c in name):
        raw = os.fsencode(name)
        try:
            name = raw.decode("gb18030")
        except UnicodeDecodeError:
            name = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() or c in "\u3000\u00a0" else c.encode("unicode_escape").decode() for c in name)


def attachment(name: str) -> tuple[str, str] | None:
    """Number (as written, may be empty) and title of the attachment that a file's path in its package names; None where it names none.

    The file's own name counts first, then the folders that it lies in (附件/1.任务分解表.xlsx).
    """
    path = PurePosixPath(name)
    stem = fold(path.stem, [(0, len(path.stem))]).text
    hit = _ATTACHMENT.search(stem)
    if hit:
        return hit["number"] or "", hit["title"].strip(" )]》")
    if not any(_ATTACHMENT.match(fold(part, [(0, len(part))]).text) for part in path.parts[:-1]):
        return None
    lead = regex.match(r"(\d{1,2})(?!\d)[ ._、-]*", stem)
    return (lead[1], stem[lead.end() :]) if lead else ("", stem)


def is_notice(name: str) -> bool:
    """Whether a file's name says that it is the notice that sends the plan."""
    return attachment(name) is None and bool(_NOTICE.search(PurePosixPath(name).stem))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts names as people do: 附件2 before 附件10, 附件二 before 附件十."""
    parts = re.findall(r"\d+|(?<=[第附件表录])[一二三四五六七八九十]{1,3}|\D", name)
    return tuple((0, int(n), "") if (n := _digits(p)) else (1, 0, p) for p in parts)


def _digits(part: str) -> str:
    if part.isdecimal():
        return part
    return str(int(parse_number(part) or 0)) if len(part) > 1 or part in "一二三四五六七八九十" else ""


def same_part(above: str | None, below: str | None) -> bool:
    """Whether the second of two neighbouring files goes on with the first: it is the same, or both are pictures of pages."""
    if above == below:
        return True
    return bool(above and below) and all((n or "").lower().endswith(_PICTURES) and attachment(n or "") is None for n in (above, below))


def sent_title(texts: Sequence[str]) -> str | None:
    """The title that the folded lines of a notice say it sends, bare; None where they send nothing."""
    whole = "".join(text if len(text) < 60 else "\n" for text in texts)
    for text in [*texts, whole]:
        hit = rules.words("official", "sent").search(text)
        if hit:
            return bare(hit["quoted"] or hit["bare"])
    return None


def bare(title: str) -> str:
    """A title without quotes, brackets for drafts and the differences between dashes."""
    return (
        regex.sub(r"[\s《》<>“”\"]|\((?:征求意见稿|试行|暂行)\)", "", title).replace("〈", "").replace("〉", "").replace("--", "-").replace("~", "-")
    )
