"""Whether a page says that its document still stands: 有效性：失效, 废止日期, 【已废止】, 此件已废止."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from extractors import rules
from extractors.validity import Known, Stated, is_own, iso

_STATES = (
    (regex.compile(r"部分|修[改订]"), "amended"),
    (regex.compile(r"尚?未(?:生效|施行)"), "pending"),
    (regex.compile(r"废止|作废"), "repealed"),
    (regex.compile(r"失效|停止|不再"), "expired"),
    (regex.compile(r"无效|^否"), "void"),
    (regex.compile(r"有效|现行|^是"), "in_force"),
)


def find_marks(text: str, known: Known) -> Iterator[Stated]:
    """A mark on the title line or on a line of its own: 【已废止】, X办法（已失效）, （2023年5月1日废止）, with day and repealing 文号 if told."""
    hit = rules.words("validity", "mark").search(text)
    if hit is None:
        return
    rest = text[: hit.start()] + text[hit.end() :]
    if not rest or (is_own(rest, known) if known.title else rules.words("official", "title").match(rest)):
        yield _told(text, hit, "mark")


def find_told(text: str) -> Iterator[Stated]:
    """A line that says it in a sentence: 此件已废止. 本文件已被《X办法》（Y政发〔2024〕2号）废止 gives the repealing document's title and number."""
    if hit := rules.words("validity", "told").match(text):
        yield _told(text, hit, "told")


def _told(text: str, hit: regex.Match[str], rule: str) -> Stated:
    title = rules.words("validity", "title").search(text, *hit.span("by")) if hit["by"] else None
    number = rules.words("validity", "number").search(text, *hit.span("by")) if hit["by"] else None
    named = (title.start("book") + 1, title.end("book") - 1) if title else None
    day = iso(hit["day"]) if hit["day"] else None
    value = state_of(hit["state"])
    return Stated("status", *hit.span(), f"validity.{rule}", value, None, day, title=named, number=number.span() if number else None)


def find_lines(text: str) -> Iterator[Stated]:
    """Labels with their values within a line: 有效性：有效 失效日期：2025-12-31."""
    for hit in rules.words("validity", "state_line").finditer(text):
        yield Stated("status", *hit.span(), "validity.state_line", state_of(hit["state"], hit["label"]))
    for hit in rules.words("validity", "date_line").finditer(text):
        yield _dated(hit, hit["date"], hit.span(), "date_line")


def find_labelled(label: str, value: str) -> Stated | None:
    """A label and its value that stand in two cells or lines, read as one text (label + value); None where they say nothing of validity."""
    whole = (0, len(label) + len(value))
    if rules.words("validity", "state_label").match(label) and (hit := rules.words("validity", "state_value").match(value)):
        return Stated("status", *whole, "validity.state_label", state_of(hit["state"], label))
    named, day = rules.words("validity", "date_label").match(label), rules.words("validity", "date_value").match(value)
    return _dated(named, day["date"], whole, "date_label") if named and day else None


def _dated(label: regex.Match[str], day: str, span: tuple[int, int], rule: str) -> Stated:
    """The day of a label: 废止日期 says that the document is repealed, 失效日期 until when it holds, 生效日期 from when."""
    if label["repealed"]:
        return Stated("status", *span, f"validity.{rule}", "repealed", None, iso(day), basis="stated")
    if label["until"]:
        return Stated("valid", *span, f"validity.{rule}", None, None, iso(day), basis="stated")
    return Stated("valid", *span, f"validity.{rule}", None, iso(day, first=True))


def state_of(words: str, label: str = "") -> str | None:
    """What a page says of a document's state: in_force, repealed, expired, amended, pending, or void (no longer in force, why is not told).

    `state_of("现行有效") == "in_force"`, `state_of("已废止") == "repealed"`, `state_of("是", "是否废止") == "repealed"`.
    """
    if words in ("是", "否") and regex.search("废止|失效", label):
        gone = "repealed" if "废止" in label else "expired"
        return gone if words == "是" else "in_force"
    return next((value for pattern, value in _STATES if pattern.search(words)), None)
