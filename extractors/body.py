"""Units and the roles that a text gives them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import regex

from extractors import rules
from schemas import vocab
from schemas.types import Mention

LABEL_ROLES = ("lead", "cooperate", "implement", "responsible")
_VERBS = ("verb_implement", "verb_lead", "verb_cooperate", "verb_responsible", "verb_none")
_BRACKETS = regex.compile(r"[(\[](?:[^()\[\]]|[(\[][^()\[\]]*[)\]])*[)\]]")
_HINT = regex.compile(r"牵头|负责|配合|参与|责任|落实|主办|协办|实施单位|指导|按职责|参加|承办|组织实施")
_ETC = regex.compile(r"等(?:有关|相关|各)?(?:[省市县区]级|[省市县区]直)?(?:有关|相关)?(?:单位|部门|地区|[市县区]+)?$")
_LEVEL = regex.compile(
    r"^(?:自治区|[省市县区州](?!场|政(?!府)|民(?!政|族|宗|委|兵)|容|长|域|属|际)(?:委|政府|直)?(?=[^一-龥]|.{2,})|各[^、]{0,8}?(?=(?:人民)?政府|党委|党工委|管委会|街道))"
)
_BARE_OFFICE = regex.compile(r"(?:残联|妇联|文联|工商联|科协|局|委|办|厅|中心|委员会|公司|办公室|部|会|社|队|分局|院|处|站)(?:\([^)]*\))?$")
_PARTY = regex.compile(r"^(?:组织部|宣传部|统战部|政法委|网信办|编办|党校|老干部局|机要局|政研室|改革办|社会工作部|外办|台办|巡察办|农办)")
_EVERY = regex.compile(
    r"^(各(?:级|[市县区镇乡旗盟州]|\([^)]*\)|、)*(?:\([^)]*\))?(?:地方|有关|相关)?)(?:人民政府|政府|党委|党工委|管委会|街道|办事处)"
)
_NO_MORE = regex.compile(
    r"[,;。]?(?:完成|办结|落实)?(?:时间|时限|期限)(?:节点|要求)?[::].*$|[,。;]?(?:以下)?不再(?:一一|逐一|逐项|重复)?列出.*$|[,。;]?下同[。)]?$"
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A unit, written out in full, and its role."""

    name: str
    role: str


def find_ranges(text: str) -> list[tuple[int, int]]:
    """Stretches of a folded text that assign units: brackets, and lines that begin with a label such as 责任单位:."""
    found = []
    for hit in _BRACKETS.finditer(text):
        inner = text[hit.start() + 1 : hit.end() - 1]
        if _HINT.search(inner) and (rules.words("body", "label").search(inner) or _suffixed(inner)):
            found.append(hit.span())
    whole = rules.words("body", "label").match(text)
    if whole and not found:
        found.append((0, len(text)))
    tail = regex.search(rf"(?<=[。;]){rules.words('body', 'label').pattern}", text, regex.VERBOSE)
    if tail and not any(a <= tail.start() < b for a, b in found):
        found.append((tail.start(), len(text)))
    return sorted(found)


def _suffixed(inner: str) -> bool:
    """Whether a bracket reads "units + role verb" in all its parts."""
    return any(_verb(part) and _unit_like(_strip_verb(part)) for part in regex.split(r"[,;。]", inner))


def find_bodies(text: str, first_leads: bool = False) -> list[Mention]:
    """Units with roles in a folded text; each mention's value is an `Assignment`, its span the unit's own characters.

    "(市审计局、市水利局牵头,市委组织部参与)" → 市审计局 lead, 市水利局 lead, 市委组织部 cooperate. With `first_leads` the first of a
    list of responsible units leads (a convention that plans declare once).
    """
    found: list[Mention] = []
    for start, end in find_ranges(text):
        found += _statement(text, start, end, first_leads)
    return found


def read_cell(text: str, role: str) -> list[Mention]:
    """Units of a table cell whose column gives the role: the words in the cell do not change it."""
    end = len(text)
    hit = next((h for name in _VERBS if (h := rules.words("body", name).search(text))), None)
    if hit:
        end = hit.start()
    body = regex.sub(r"按照?(?:各自)?(?:职责|职能)(?:分工)?$", "", text[:end])
    return _units(text, 0, len(body), role, f"body.column_{role}")


def find_blanket(text: str) -> list[Mention]:
    """Units that a statement gives to all that follows ("以下所有工作任务均需各县区落实" → 各县区 implement) or, with the rule
    `body.blanket_all`, to all tasks of the document ("各县区政府负责落实本方案各项任务")."""
    hit = rules.words("body", "blanket").search(text) or rules.words("body", "blanket_all").search(text)
    if hit is None:
        return []
    everywhere = hit.groupdict().get("whole")
    return _units(text, hit.start("list"), hit.end("list"), "implement", "body.blanket_all" if everywhere else "body.blanket")


def is_body(text: str) -> bool:
    """Whether a text looks like the name of one unit: 市机关事务中心 does, 加强组织领导 does not."""
    return (
        2 <= len(text) <= 24
        and bool(rules.words("body", "unit").search(text))
        and not regex.search(
            r"^(?:加强|强化|推进|建立|健全|完善|落实|提升|优化|建设|开展|构建|打造|发展|实施|深化|推动|支持|规范|提高|创新|扩大)", text
        )
    )


def _unit_like(text: str) -> bool:
    pieces = [_ETC.sub("", piece) for piece in regex.split(r"、", _BRACKETS.sub("", text))]
    named = sum(bool(rules.words("body", "unit").search(piece)) for piece in pieces)
    return 0 < len(pieces) <= 2 * named and len(text) < 300


def _verb(text: str) -> tuple[str, regex.Match[str]] | None:
    for name in _VERBS:
        hit = rules.words("body", name).search(text)
        if hit:
            return name, hit
    return None


def _strip_verb(text: str) -> str:
    found = _verb(text)
    return text[: found[1].start()] if found else text


def _statement(text: str, start: int, end: int, first_leads: bool) -> list[Mention]:
    if text[start] in "([":
        start, end = start + 1, end - 1
    cut = _NO_MORE.search(text, start, end)
    blanket = rules.words("body", "blanket").search(text, start, end)
    first = rules.words("body", "first_leads").search(text, start, end)
    end = min([end] + [h.start() for h in (cut, blanket, first) if h])
    labels = list(rules.words("body", "label").finditer(text, start, end))
    if not labels:
        return _by_verbs(text, start, end)
    found = _by_verbs(text, start, labels[0].start()) if labels[0].start() > start + 3 else []
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        role = next((r for r in LABEL_ROLES if rules.words("body", f"label_{r}").search(label["label"])), "responsible")
        stop = after.start() if after else end
        stop = regex.search(r"(?:,?按照?(?:各自)?(?:职责|职能)(?:分工)?)?(?:负责)?$", text[:stop]).start()  # type: ignore[union-attr]
        units = _units(text, label.end(), stop, role, f"body.label_{role}")
        if first_leads and role == "responsible" and units:
            lead = units[0]
            units[0] = Mention(lead.kind, lead.start, lead.end, lead.text, Assignment(lead.value.name, "lead"), "body.first_leads")
        found += units
    return found


def _by_verbs(text: str, start: int, end: int) -> list[Mention]:
    """Parts such as "A、B牵头,C参与": a part without verb belongs to the next that has one."""
    found: list[Mention] = []
    begin = start
    for hit in regex.finditer(r"[,;。]|$", text[start:end]):
        stop = start + hit.start()
        verb = _verb(text[begin:stop])
        if verb is None:
            continue
        name, match = verb
        role = rules.load("body")[name].attributes["role"]
        if role != "none":
            found += _units(text, begin, begin + match.start(), role, f"body.{name}")
        begin = start + hit.end()
    return found


def _units(text: str, start: int, end: int, role: str, rule: str) -> list[Mention]:
    """Split a list of units and write each out in full."""
    found: list[Mention] = []
    prefix = every = ""
    for low, high in _members(text, start, end):
        member = text[low:high]
        etc = _ETC.search(member)
        if etc:
            high -= len(etc.group())
            member = member[: etc.start()]
        member = regex.sub(r"^(?:由|以及|以|及|和|与)(?=[一-龥]{2})", "", member)
        low = high - len(member)
        if len(member) < 2 or not regex.search(r"[一-龥]{2}", member):
            continue
        name = _full_name(member, prefix, every)
        level = _LEVEL.match(name)
        if level and not name.startswith("各"):
            prefix, every = level.group(), ""
        scope = _EVERY.match(name)
        if name.startswith("各"):
            every = scope.group(1) if scope else "各"
        found.append(Mention("body", low, high, member, Assignment(name, role), rule))
    return found


def _full_name(member: str, prefix: str, every: str) -> str:
    if every and regex.match(r"(?:人民政府|政府|党委|党工委|管委会)(?:部门)?$", member):
        return every + member
    if every and regex.match(r"(?:街道(?:办事处)?|乡镇|镇街|园区|开发区)$", member):
        return "各" + member
    if not prefix or _LEVEL.match(member) or regex.match(r"[省市县区州](?!场)", member) or not _BARE_OFFICE.search(member) or _placed(member):
        return member
    if regex.match(
        r"各|相关|有关|其他|所有|国家|中国|驻|在|全|国网|国有|中央|涉|《|团|武警|人行|金融监管|中|本|高新|经开|属地|责任|牵头|市属|三大|电信|移动|联通|铁塔|人民银行|银保监|海关",
        member,
    ):
        return member
    if len(prefix) > 1 and prefix.endswith(("委", "政府", "直")):
        return (prefix if _PARTY.match(member) and prefix.endswith("委") else prefix[0]) + member
    return (prefix + "委" if _PARTY.match(member) else prefix) + member


@cache
def _place_names() -> frozenset[str]:
    return frozenset({r.short for r in vocab.regions() if len(r.short) > 1} | {r.name for r in vocab.regions()})


def _placed(member: str) -> bool:
    """Whether a unit's name begins with a place: 武汉铁路局驻马店车务段."""
    return any(member[:n] in _place_names() for n in range(2, 6)) and not regex.match(
        r"城市|市场|水利|交通|农业|商务|林业|文化|教育|海关|体育|公安|民政|财政|统计|审计|金融|应急|气象|科技|住房|住建|卫生|卫健|人力|人社|生态|自然|发展|工业|工信|司法|税务|信访",
        member,
    )


def _members(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Places of the members of a list: split at 、 , ; and at 和/及 behind a complete unit, never inside brackets."""
    cuts, depth, begin = [], 0, start
    for i in range(start, end):
        char = text[i]
        depth += (char in "([《“") - (char in ")]》”")
        if depth > 0:
            continue
        joint = (
            char in "和及与"
            and i > begin + 1
            and regex.search(r"(?:局|办|厅|政府|公司|中心|部门|单位|委员会|[^建]委|党委|院|会|社)$", text[begin:i])
            and regex.match(r".{2,}", text[i + 1 : end])
        )
        if char in "、,;。 " or joint or (char == "以" and text[i : i + 2] == "以及"):
            cuts.append((begin, i))
            begin = i + 1
    cuts.append((begin, end))
    merged: list[tuple[int, int]] = []
    for low, high in cuts:
        while low < high and text[low] in " ::":
            low += 1
        before = text[merged[-1][0] : merged[-1][1]] if merged else ""
        # "各区、县(市)政府" is one name: its first part says only which divisions
        if (
            merged
            and regex.fullmatch(r"各[市县区镇乡州盟旗](?:州)?|各(?:设区)?市", before)
            and regex.match(r"(?:[市县区镇乡州盟旗]|\()+.{0,8}(?:政府|党委|管委会|部门)", text[low:high])
        ):
            merged[-1] = (merged[-1][0], high)
        elif high > low:
            merged.append((low, high))
    return merged
