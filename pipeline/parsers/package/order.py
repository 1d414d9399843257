"""The files of one plan: the same text twice is read once, and the notice comes before the plan, the plan before its attachments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import commonpath

import regex

from extractors import rules
from extractors.numerals import parse_number
from pipeline.content import Content
from pipeline.members import attachment, bare, is_notice, natural, sent_title
from schemas.folded import fold
from schemas.limits import Budget
from schemas.types import Issue

# which of two files with the same text is read: the one whose tables and paragraphs are real, not recognised
_STRUCTURE = ("docx", "html", "xlsx", "xls", "csv", "doc", "text", "ofd", "pdf", "image")
_GRAM, _PROBES = 12, 200  # characters of a probe, probes for a text
_SHORT = 30  # a shorter text is too little to say that it stands in another by more than chance
# shares of probes that stand in the other text: those within paragraphs and cells, and those over their borders, which change where the
# cells of merged rows come in another order, but stand nowhere in a plan that only names the same indicators; recognition errs in one of 50
_SAME, _SAME_RECOGNISED = (0.9, 0.6), (0.6, 0.4)
_MANY = 50  # in larger packages only files of the same name are compared
_NUMBER = regex.compile(r"\d+(?:\.\d+)?")
_NOTICE, _PLAN, _OTHER, _ATTACHMENT = range(4)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package: its path in it, its format and what was read from it."""

    name: str
    format: str
    content: Content


def in_order(members: Sequence[Member]) -> tuple[list[Member], list[Issue]]:
    """Notice, plan, attachments by number; a file named 附件 is never the notice. The title that the notice sends finds the plan."""
    top = _top([m.name for m in members])
    short = {m.name: m.name[len(top) :] for m in members}
    heads = {m.name: _head(m.content) for m in members}
    issues = []
    roles: dict[str, tuple[int, int]] = {}
    for m in members:
        named, stated = attachment(short[m.name]), _attachment_line(heads[m.name])
        numbers = [n for n in (stated, named[0] if named else None) if n]
        if len(numbers) == 2 and _count(numbers[0]) != _count(numbers[1]):
            issues.append(Issue("warning", "attachment_number", m.name, f"the file is named 附件{numbers[1]}, its text says 附件{numbers[0]}"))
        if named is not None or stated is not None:
            roles[m.name] = (_ATTACHMENT, _count(numbers[0]) if numbers else 0)
        else:
            roles[m.name] = (_NOTICE if is_notice(short[m.name]) or _sends(heads[m.name]) else _OTHER, 0)
    sent = next((t for m in members if roles[m.name][0] == _NOTICE and (t := sent_title(heads[m.name]))), None)
    plan = _plan(sent, [m.name for m in sorted(members, key=lambda m: roles[m.name])], roles, heads, short)
    if plan:
        roles[plan] = (_PLAN, 0)
    return sorted(members, key=lambda m: (*roles[m.name], natural(short[m.name]))), issues


def _top(names: Sequence[str]) -> str:
    """The folder that all files of an archive lie in."""
    common = commonpath([n.rpartition("/")[0] for n in names])
    return common + "/" if common else ""


def _head(content: Content) -> list[str]:
    """The first paragraphs, folded."""
    paragraphs = [b for b in content.blocks[:40] if b.kind == "paragraph"][:12]
    return [text for b in paragraphs if (text := fold(content.text, [(b.start, b.end)]).text)]


def _attachment_line(head: Sequence[str]) -> str | None:
    """The number (may be empty) that the first line 附件2 gives; None where the text does not begin so."""
    hit = rules.words("official", "attachment").match(head[0]) if head and len(head[0]) < 60 else None
    return (hit["number"] or "") if hit else None


def _count(number: str) -> int:
    return int(number) if number.isdecimal() else int(parse_number(number) or 0)


def _sends(head: Sequence[str]) -> bool:
    """Whether the first short lines are the title of a notice that sends a plan."""
    title = [text for text in head[:8] if len(text) < 60]
    return sent_title(title) is not None or any(rules.words("official", "notice").search(text) for text in title)


def _plan(
    sent: str | None, names: Sequence[str], roles: dict[str, tuple[int, int]], heads: dict[str, list[str]], short: dict[str, str]
) -> str | None:
    """The file that is the plan that the notice sends, also where it comes as an attachment: its title is the one sent."""
    if sent is None:
        return None
    for name in names:
        if roles[name][0] == _NOTICE:
            continue
        stem = PurePosixPath(short[name]).stem
        named = attachment(short[name])
        titles = {bare(named[1] if named else fold(stem, [(0, len(stem))]).text)}
        titles |= {bare("".join(heads[name][i:j])) for i in range(6) for j in range(i + 1, i + 4)}
        if sent in titles:
            return name
    return None


def without_twins(members: Sequence[Member], budget: Budget) -> tuple[list[Member], list[Issue]]:
    """The members whose text does not stand in another member, and an issue for each left out, so that no row comes twice."""
    texts = [_Text(m) for m in members]
    left: dict[int, int] = {}
    issues = []
    alike: dict[PurePosixPath, list[int]] = {}  # members that are compared: those of one name where there are many, else all
    for i, one in enumerate(texts):
        budget.tick()
        before = alike.setdefault(one.stem if len(texts) > _MANY else PurePosixPath(), [])
        for j in before:
            if i in left:
                break
            other = texts[j]
            if j in left:
                continue
            in_other, in_one = one.stands_in(other), other.stands_in(one)
            if not (in_other or in_one):
                continue
            first = in_other and (not in_one or one.rank >= other.rank)
            gone, kept = (i, j) if first else (j, i)
            left[gone] = kept
            issues.append(_twin(texts[gone], texts[kept]))
        before.append(i)
    return [m for i, m in enumerate(members) if i not in left], issues


class _Text:
    """A member's text for comparing: letters and digits only, and the numbers in it."""

    def __init__(self, member: Member) -> None:
        content = member.content
        blocks = [fold(content.text, [(b.start, b.end)]).text for b in content.blocks]
        self.member = member
        self.stem = PurePosixPath(member.name).with_suffix("")
        squashed = [text for block in blocks if (text := regex.sub(r"[^\p{L}\p{N}]+", "", block))]
        self.bare = "".join(squashed)
        self.across, self.within = _probes([self.bare]), _probes(squashed)
        self.numbers = Counter(_NUMBER.findall("\n".join(blocks)))
        self.rank = _STRUCTURE.index(member.format) if member.format in _STRUCTURE else len(_STRUCTURE)
        self.recognised = member.format == "image" or any(p.confidence < 1 for p in content.pieces)

    def stands_in(self, other: _Text) -> bool:
        """Whether this text is found in the other: nearly all of it, and (but for two files of one name) each of its numbers."""
        same_name = self.stem == other.stem
        if self.bare == other.bare:
            return True
        if len(self.bare) < (_GRAM if same_name else _SHORT) or len(self.bare) > 1.2 * len(other.bare):
            return False
        if not same_name and self.numbers - other.numbers:
            return False
        within, across = _SAME_RECOGNISED if same_name and (self.recognised or other.recognised) else _SAME
        if _share(self.across[::10], other) < across / 2:
            return False  # most pairs of files end here
        return _share(self.across, other) >= across and _share(self.within, other) >= within


def _probes(texts: Sequence[str]) -> list[str]:
    """Pieces of texts, evenly taken from all of them."""
    grams = [text[i : i + _GRAM] for text in texts for i in range(0, max(len(text) - _GRAM, 0) + 1, _GRAM // 2)]
    return grams[:: max(len(grams) // _PROBES, 1)]


def _share(probes: Sequence[str], other: _Text) -> float:
    """The share of probes (by characters) that stand in the other text."""
    return sum(len(g) for g in probes if g in other.bare) / max(sum(len(g) for g in probes), 1)


def _twin(gone: _Text, kept: _Text) -> Issue:
    differ = sorted((gone.numbers - kept.numbers) | (kept.numbers - gone.numbers)) if gone.stem == kept.stem else []
    note = f"its text stands in {kept.member.name} too, which is read instead"
    if not differ:
        return Issue("info", "member_twin", gone.member.name, note)
    shown = ", ".join(differ[:8])
    return Issue("warning", "member_twin", gone.member.name, f"{note}; the two differ in {len(differ)} numbers ({shown}): compare them")
