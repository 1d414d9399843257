"""Which documents are in force on a day: what they say of themselves, what later documents say of them, which text took the place of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import regex

from pipeline.canonical import squashed
from pipeline.compare.inside import about
from pipeline.compare.items import objects
from pipeline.compare.plans import copies

if TYPE_CHECKING:
    import pandas as pd


class _State(NamedTuple):
    """Whether a document holds: its state (`schemas.comparison.VALIDITY`), the reason in words, the source text that says so, the id of its
    evidence."""

    state: str
    reason: str | None
    quote: str | None
    evidence: str | None


_STANDING = regex.compile(r"(?:办法|规定|条例|规范|细则|规划|纲要|标准)(?:[(（][^)）]*[)）])?$")  # a later one of the same name takes its place


def judged(
    documents: pd.DataFrame,
    said: tuple[pd.DataFrame, Mapping[tuple[str, ...], int] | None],
    validity: pd.DataFrame,
    as_of: date,
    lang: str = "zh",
) -> pd.DataFrame:
    """The documents with `duplicate_of`, `duplicate_reason`, `edition`, `validity`, `left_out`, `final` (the text that a draft became), and
    `validity_reason`, `validity_quote`, `validity_evidence`.

    `said`: what tells copies (see `plans.copies`).
    `validity`: what documents say (document, kind, value, date_end, title, doc_number, raw, evidence). Only what a text says, or a later
    document of the same name, ends a plan: that its own period is over does not.
    """
    frame = documents.copy()
    same = copies(frame, said[0], lang, said[1])
    frame["duplicate_of"] = objects((same.get(n, (None, None))[0] for n in frame["name"]), frame)
    frame["duplicate_reason"] = objects((same.get(n, (None, None))[1] for n in frame["name"]), frame)
    records = frame.to_dict("records")
    successors = _successors(records, as_of, lang)
    drafts = {r["name"]: successors.get(r["name"], (None,))[0] for r in records if r["draft"]}
    frame["final"] = objects((drafts.get(n) for n in frame["name"]), frame)
    ended = _ended(records, validity, as_of, successors, lang)
    draft = _State("draft", "标题或正文标明为征求意见稿" if lang == "zh" else "title or text call it a draft", None, None)
    plans = _index(records, lambda r: r["plan"] and (r["region_shown"], r["plan"]))
    states = [ended.get(r["name"]) or (draft if r["draft"] else _State("in_force", _over(r, plans, as_of, lang), None, None)) for r in records]
    for column, part in (("validity", "state"), ("validity_reason", "reason"), ("validity_quote", "quote"), ("validity_evidence", "evidence")):
        frame[column] = objects((getattr(one, part) for one in states), frame)
    frame["left_out"] = frame["duplicate_of"].notna() | frame["validity"].isin(("expired", "repealed", "superseded"))
    frame["edition"] = _editions(frame)
    return frame


def _over(document: dict[Any, Any], plans: Mapping[Any, list[dict[Any, Any]]], as_of: date, lang: str) -> str | None:
    """That the period of a plan is over, and the plan that follows it: said, but no reason to leave it out."""
    if not document["period_end"] or document["period_end"] >= str(as_of.year):
        return None
    own = plans.get((document["region_shown"], document["plan"]), ())
    after = [r for r in own if (r["period_start"] or "") > document["period_end"]]
    next_ = min(after, key=lambda r: (r["period_start"], r["name"]))["name"] if after else None
    if lang == "zh":
        return f"规划期已满（至 {document['period_end']} 年）" + (f"；后续规划：{next_}" if next_ else "")
    return f"its period ended in {document['period_end']}" + (f"; the next plan is {next_}" if next_ else "")


def _editions(frame: pd.DataFrame) -> pd.Series[Any]:
    """Place of each document among the dated editions of its plan; null where there is one only."""
    some = frame[frame["plan"].notna() & frame["region_shown"].notna() & frame["date"].notna() & frame["duplicate_of"].isna()]
    ordered = some.sort_values(["date", "name"]).groupby(["region_shown", "plan"])
    place = ordered.cumcount() + 1
    return place.where(ordered["name"].transform("size") > 1).reindex(frame.index).astype("Int64")


def _ended(
    records: list[dict[Any, Any]], validity: pd.DataFrame, as_of: date, successors: Mapping[str, tuple[str, str]], lang: str
) -> dict[str, _State]:
    """Document → why it does not count any more."""
    found: dict[str, _State] = {}
    says, until = ("文件标明：{}", "有效期至 {}（{}）") if lang == "zh" else ("it says: {}", "valid until {} ({})")
    names = {r["name"]: r for r in records}
    statements = validity.to_dict("records")
    named = _Named(records, [s for s in statements if s["kind"] == "extends"], names)
    for statement in statements:
        mine, words = names[statement["document"]], (statement["raw"], statement["evidence"])
        if statement["kind"] == "status" and statement["value"] in ("repealed", "expired", "void"):
            state = "expired" if statement["value"] == "expired" else "repealed"
            found.setdefault(mine["name"], _State(state, says.format(statement["raw"]), *words))
        elif statement["kind"] == "valid" and statement["date_end"]:
            longer = max((s for s in named.extending(mine) if _extends(s, mine, names, as_of)), key=lambda s: s["date_end"], default=statement)
            last = max(statement["date_end"], longer["date_end"])
            if last < as_of.isoformat():
                said = longer if longer["date_end"] == last else statement
                found.setdefault(mine["name"], _State("expired", until.format(last, said["raw"]), said["raw"], said["evidence"]))
        elif statement["kind"] == "repeals" and statement["value"] == "whole" and not mine["draft"]:
            for other in named.by(statement, mine):
                if other is not mine and _named(statement, other, mine) and _issued(mine, as_of):
                    found.setdefault(other["name"], _State("repealed", f"{mine['name']}：{statement['raw']}", *words))
    for name, successor in successors.items():
        found.setdefault(name, _State("superseded", successor[1], *(names[successor[0]][part] for part in ("title", "evidence"))))
    return found


def _extends(statement: dict[Any, Any], document: dict[Any, Any], names: Mapping[str, dict[Any, Any]], as_of: date) -> bool:
    """Whether a statement of another document lets a document hold longer."""
    mine = names[statement["document"]]
    said = statement["kind"] == "extends" and statement["date_end"] and not mine["draft"]
    return bool(said and _named(statement, document, mine) and _issued(mine, as_of))


def _issued(document: dict[Any, Any], as_of: date) -> bool:
    """Whether a document was there on a day; one without a date was."""
    return not document["date"] or document["date"] <= as_of.isoformat()


def _named(statement: dict[Any, Any], other: dict[Any, Any], mine: dict[Any, Any]) -> bool:
    """Whether a repeal names a document: by its number, or by its title where it is of the same region and not later."""
    if statement["doc_number"] and other["doc_number"]:
        return squashed(statement["doc_number"]) == squashed(other["doc_number"])
    if not statement["title"] or not other["title"] or mine["region_shown"] != other["region_shown"]:
        return False
    return squashed(statement["title"]) == squashed(other["title"]) and not (mine["date"] and other["date"] and other["date"] > mine["date"])


def _successors(records: list[dict[Any, Any]], as_of: date, lang: str) -> dict[str, tuple[str, str]]:
    """Document → (what took its place by the day, why): the final text of a draft; a later one of a standing document of the same name and
    period. The next plan does not take the place of one whose period is over: that is for the reader to say."""
    text, same = ("正式稿：", "后来同名文件：") if lang == "zh" else ("its final text: ", "a later one of the same name: ")
    there = [r for r in records if r["region_shown"] and r["duplicate_of"] is None and _issued(r, as_of)]
    found: dict[str, tuple[str, str]] = {}
    for group in _by(there, lambda r: r["title"] and (r["region_shown"], _bare(r["title"]), r["period_start"], r["period_end"])):
        final = [r for r in group if not r["draft"]]
        for r in (r for r in group if r["draft"]):
            after = [f for f in final if not (r["date"] and f["date"] and f["date"] < r["date"][: len(f["date"])])]
            if after:
                last = max(after, key=lambda f: (f["date"] or "", f["name"]))["name"]
                found[r["name"]] = last, f"{text}{last}"
        later = sorted((r for r in final if r["date"]), key=lambda r: r["date"])
        if final and _STANDING.search(final[0]["title"]):
            last = later[-1] if later else final[-1]
            found |= {r["name"]: (last["name"], f"{same}{last['name']}") for r in later[:-1] if r["date"] < last["date"][: len(r["date"])]}
    return found


def _by(records: list[dict[Any, Any]], key: Callable[[dict[Any, Any]], Any]) -> list[list[dict[Any, Any]]]:
    """Records with the same key, those without one left out."""
    return list(_index(records, key).values())


def _index(records: list[dict[Any, Any]], key: Callable[[dict[Any, Any]], Any]) -> dict[Any, list[dict[Any, Any]]]:
    """Key → records, those without one left out."""
    groups: dict[Any, list[dict[Any, Any]]] = {}
    for r in records:
        if k := key(r):
            groups.setdefault(k, []).append(r)
    return groups


class _Named:
    """Which documents a statement may name, and which statements that extend a document may name it: by number, or by title in the region."""

    def __init__(self, records: list[dict[Any, Any]], extending: list[dict[Any, Any]], names: Mapping[str, dict[Any, Any]]) -> None:
        self._numbers = _index(records, _number)
        self._titles = _index(records, lambda r: _title(r, r))
        self._extending = {id(s): i for i, s in enumerate(extending)}
        self._by_number = _index(extending, _number)
        self._by_title = _index(extending, lambda s: _title(s, names[s["document"]]))

    def by(self, statement: dict[Any, Any], mine: dict[Any, Any]) -> list[dict[Any, Any]]:
        """The documents that a statement of a document may name."""
        found = [*self._numbers.get(_number(statement), ()), *self._titles.get(_title(statement, mine), ())]
        return list({r["name"]: r for r in found}.values())

    def extending(self, document: dict[Any, Any]) -> list[dict[Any, Any]]:
        """The statements that may name a document, in the order of documents and text."""
        found = [*self._by_number.get(_number(document), ()), *self._by_title.get(_title(document, document), ())]
        return sorted({id(s): s for s in found}.values(), key=lambda s: self._extending[id(s)])


def _number(told: dict[Any, Any]) -> str | None:
    return squashed(told["doc_number"]) if told["doc_number"] else None


def _title(told: dict[Any, Any], mine: dict[Any, Any]) -> tuple[str | None, str] | None:
    return (mine["region_shown"], squashed(told["title"])) if told["title"] else None


def _bare(title: str) -> str:
    return squashed(title).replace("修订版", "").replace("修订", "")


def told(documents: pd.DataFrame, names: Set[str], lang: str = "zh") -> list[dict[str, Any]]:
    """Findings about the documents of these names: copies, and those that are no longer in force.

    Their evidence: the titles, and the words that end a document.
    """
    found = []
    known = {r["name"]: r for r in documents.to_dict("records")}
    for r in (r for name, r in known.items() if name in names):
        title = (r["evidence"], r["title"])
        if isinstance(r["duplicate_of"], str):
            first = known[r["duplicate_of"]]
            reason = (
                f"与 {first['name']} 为同一文件：{r['duplicate_reason']}；对比中只计一次"
                if lang == "zh"
                else f"the same plan as {first['name']}: {r['duplicate_reason']}; it counts once"
            )
            sources = [(first["evidence"], first["title"]), title]
            found.append(about("duplicate", r["name"], r["region_shown"], [], reason, sources, documents=[first["name"], r["name"]]))
        if r["validity"] in ("expired", "repealed", "superseded"):
            type_ = "superseded" if r["validity"] == "superseded" else "expired"
            sources = [title, (r["validity_evidence"], r["validity_quote"])]
            found.append(about(type_, r["name"], r["region_shown"], [], r["validity_reason"], sources))
    return found
