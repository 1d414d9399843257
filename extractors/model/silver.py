"""Silver sentences: a small grammar of the language of plans over the words of `domains.yaml` and `phrases.yaml`, with the spans that it put there.

A third of the sentences promise nothing: results achieved, support, conditions, frequencies, references, what exists already.
Deterministic: the same seed gives the same sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import regex
import yaml

from extractors.reader import Labelled
from schemas.regions import regions

Pieces = list[tuple[str, str]]  # text and label ("" for none)
_SLOT = regex.compile(r"\{(\w+)\}")
_DOING = regex.compile(r"(?:开展|培训|改造|实施|新建|完成|更新|治理|修复|引进|发放|举办|整治|开工|筹集|打通|加装|抽检|招录|淘汰|推广|营造)(?=..)")


@cache
def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text("utf-8"))
    return data


def domains() -> dict[str, dict[str, Any]]:
    """The words of each domain."""
    return _data("domains")


@cache
def _places() -> tuple[str, ...]:
    return tuple(r.name for r in regions() if r.name.endswith(("市", "县", "区")) and len(r.name) <= 4)


@dataclass(slots=True)
class Grammar:
    """Sentences of some domains, drawn with one random source."""

    random: Random
    words: Sequence[dict[str, Any]]

    # --- words and numbers -----------------------------------------------------------------------------------------

    def _maybe(self, share: float) -> bool:
        return self.random.random() < share

    def _pick(self, kind: str) -> str:
        return str(self.random.choice(_data("phrases")[kind]))

    def _word(self, kind: str) -> tuple[str, str]:
        """A name and its unit."""
        entry = self.random.choice(self.random.choice(self.words)[kind])
        if isinstance(entry, str):
            return entry, "%"
        name, units = next(iter(entry.items()))
        return name, self.random.choice(units.split("|"))

    def _fill(self, template: str) -> str:
        """A template with its slots filled."""
        return _SLOT.sub(lambda hit: self._slot(hit[1]), template)

    def _slot(self, slot: str) -> str:
        r = self.random
        if slot in ("thing", "measure"):
            return self._word("things")[slot == "measure"]
        if slot == "value":
            unit = self._name()[1]
            return self._number(unit) + unit
        if slot == "filler":
            return str(r.choice(r.choice(self.words)["filler"]))
        numbers = {"small": (2, 30), "n": (2, 3000), "year": (2015, 2030), "month": (1, 12)}
        if slot in numbers:
            return str(r.randint(*numbers[slot]))
        if slot == "name":
            return self._name()[0]
        if slot == "share":
            return self._number("%") + "%"
        return self._number("元") + r.choice(("万元", "元", "亿元")) if slot == "money" else self._pick(slot)

    def _number(self, unit: str) -> str:
        r = self.random
        if unit == "%":
            return r.choice((f"{r.randint(1, 100)}", f"{r.uniform(1, 99):.1f}", "100", f"{r.uniform(1, 99):.2f}"))
        if (not unit or unit[0] in "万亿吨元公平岁" or "/" in unit) and self._maybe(0.4):
            return f"{r.uniform(1, 999):.{r.randint(1, 2)}f}"
        if self._maybe(0.06) and unit:
            return r.choice(("一", "两", "三", "五", "六", "八", "十", "二十", "三十五"))
        return str(r.randint(1, 10 ** r.randint(1, 5)))

    def _value(self, unit: str, label: str) -> Pieces:
        if unit == "%" and self._maybe(0.04):
            return [(f"百分之{self.random.choice('二三四五六七八九')}十", label)]
        number = self._number(unit)
        if self._maybe(0.05) and number.isdigit():
            number = f"{number}{self.random.choice(('-', '至', '~'))}{int(number) + self.random.randint(1, 20)}"
        return [(number + ("余" if self._maybe(0.02) and unit not in ("%", "") else "") + unit, label)]

    def _name(self) -> tuple[str, str]:
        """An indicator's name and unit; a third of them are of kinds that the lists do not have."""
        if self._maybe(0.3):
            return self._fill(self._pick("names")), "%"
        name, unit = self._word("ratio" if self._maybe(0.55) else "amount")
        return name + (self.random.choice(("(EI)", "(GDP)", "(R&D)", "(含下辖县)", "(PM2.5)")) if self._maybe(0.04) else ""), unit

    def _date(self) -> Pieces:
        year, month = self.random.randint(2021, 2035), self.random.randint(1, 12)
        forms = (f"到{year}年", f"到{year}年底", f"{year}年", f"{year}年底前", f"{year}年底", f"至{year}年", "今年", "年内", "到“十四五”末", "每年")
        more = ("“十五五”期间", f"{year}年{month}月底前", f"{year}年{month}月", "年底前", f"{year}-{year + 3}年", "未来三年", f"{year}年年底前")
        return [(self.random.choice((*forms, *more)), "DATE")]

    def _scope(self) -> Pieces:
        text = self._pick("who") if self._maybe(0.6) else self.random.choice(_places())
        if self._maybe(0.12):
            places = f"{self.random.choice(_places())}、{self.random.choice(_places())}等"
            text = self.random.choice((places, "其他县区", f"{self._pick('body')}及所属事业单位", "市级以上园区", "规模以上企业", "各级各类学校"))
        return [(text, "SCOPE")]

    def _bodies(self) -> Pieces:
        pieces: Pieces = [(self.random.choice(("牵头单位:", "责任单位:", "责任部门:", "")), "")]
        for i in range(self.random.randint(1, 4)):
            pieces += [("、" if i else "", ""), (self.random.choice(("市", "县", "省", "区", "")) + self._pick("body"), "BODY")]
        return [("(", ""), *pieces, ("" if pieces[0][0] else self.random.choice(("负责", "牵头", "按职责分工负责")), ""), (")", "")]

    # --- what is promised ------------------------------------------------------------------------------------------

    def level(self) -> Pieces:
        """全市森林覆盖率达到40%以上"""
        name, unit = self._name()
        reach = self._pick("reach")
        lead = self._pick("lead") if self._maybe(0.2) else ""
        adverb = self._pick("adverb") if self._maybe(0.12) and reach not in ("≥", "") else ""
        scope = self._scope() if self._maybe(0.3) else []
        date = self._date() if self._maybe(0.12) else []
        return [(lead, ""), *scope, (name, "IND"), (adverb, ""), *date, (reach, ""), *self._value(unit, "VL"), (self._pick("after"), "")]

    def coordinated(self) -> Pieces:
        """甲、乙和丙分别达到95%、90%和80%; 甲和乙均达到100%"""
        count, apart, by_scope = self.random.randint(2, 3), self._maybe(0.6), self._maybe(0.3)
        marks = ["", *["、"] * (count - 2), "和"]
        heads: Pieces = []
        for mark in marks:
            heads += [(mark, ""), *(self._scope() if by_scope else [(self._word("ratio")[0], "IND")])]
        if by_scope:
            heads.append((self._word("ratio")[0], "IND"))
        verb = ("分别" if apart else self.random.choice(("均", "都", "全部"))) + self.random.choice(("达到", "提高到", "不低于", "保持在", "控制在"))
        values: Pieces = []
        for mark in marks if apart else ("",):
            values += [(mark, ""), *self._value("%", "VL")]
        return [*heads, (verb, ""), *values, (self._pick("after"), "")]

    def change(self) -> Pieces:
        """铁路货运量较2021年增加350万吨; 能耗累计下降13.5%"""
        name, unit = self._name()
        unit = unit if unit != "%" and self._maybe(0.3) else "%" if unit != "%" or self._maybe(0.5) else "个百分点"
        base = self.random.choice(("", "", f"较{self.random.randint(2015, 2025)}年", "较上年", f"比{self.random.randint(2015, 2025)}年", "同比"))
        how = self.random.choice(("年均", "累计", "", "", "力争"))
        verb = self.random.choice(("增长", "下降", "提高", "降低", "增加", "减少", "提升", "压减"))
        return [(name, "IND"), (base + how + verb, ""), *self._value(unit, "VL"), (self._pick("after"), "")]

    def series(self) -> Pieces:
        """甲2023年达到40%,2024年达到45%; 由现在的30%提高到50%"""
        name, unit = self._name()
        pieces: Pieces = [(name, "IND")]
        if self._maybe(0.4):
            pieces += [(self.random.choice(("由", "从", "由目前的", "由2020年的", "从现在的")), ""), *self._value(unit, "VL")]
            return [*pieces, (self.random.choice(("提高到", "增加到", "下降到", "提升至")), ""), *self._value(unit, "VL")]
        for i in range(self.random.randint(2, 3)):
            pieces += [
                (("、", ",")[i % 2] if i else "", ""),
                *self._date(),
                (self.random.choice(("达到", "", "提高到")), ""),
                *self._value(unit, "VL"),
            ]
        return pieces

    def build(self) -> Pieces:
        """新建社区老年食堂20家、养老服务中心5个; 建成200个美丽乡村"""
        pieces: Pieces = [(self._pick("build") + self._pick("level"), "")]
        after = self._maybe(0.5)
        for i in range(self.random.choice((1, 1, 1, 2, 3))):
            thing, unit = self._word("things")
            sign = (self.random.choice(("不少于", "约", "超过", "至少")) if self._maybe(0.12) else "", "")
            value = [sign, *self._value(unit, "VR" if after else "VL"), (self.random.choice(("", "", "", "以上", "左右")), "")]
            quote = self._maybe(0.05)
            name = [("“" if quote else "", ""), (thing, "IND"), ("”" if quote else "", "")]
            pieces += [(self.random.choice(("、", ",")) if i else "", ""), *(value + name if after else name + value)]
        return pieces

    def act(self) -> Pieces:
        """城镇新增就业5万人; 改造供热管网120公里; 完成20公里的管网改造"""
        text, unit = self._word("acts")
        doing = _DOING.match(text)
        lead, name = (doing.group(), text[doing.end() :]) if doing else ("", text)
        if lead and self._maybe(0.35):
            return [(lead, ""), *self._value(unit, "VR"), (self.random.choice(("", "", "以上", "的")), ""), (name, "IND")]
        link = self.random.choice(("", "", "", "达到", "不少于", "超过"))
        return [(lead, ""), (name, "IND"), (link, ""), *self._value(unit, "VL"), (self._pick("after"), "")]

    def ranked(self) -> Pieces:
        """营商环境评价进入全省前10名; 水质达到Ⅲ类"""
        if self._maybe(0.5):
            name = self._pick("ranked") if self._maybe(0.8) else self._word("ratio")[0] + "排名"
            place = self.random.choice(("进入", "保持", "位居", "稳居")) + self.random.choice(("全省", "全国", "全市", "")) + "前"
            return [(name, "IND"), (place, ""), (str(self.random.randint(2, 110)) + self.random.choice("名位"), "VL")]
        link = self.random.choice(("达到", "稳定达到", "达到或优于", "保持", "不低于"))
        return [
            *self._scope(),
            (self._pick("graded"), "IND"),
            (link, ""),
            (self._pick("grade"), "VL"),
            (self.random.choice(("", "标准", "以上")), ""),
        ]

    def covered(self) -> Pieces:
        """60%以上的社区建成老年食堂"""
        more = self.random.choice(("以上", "以上的", "的", ""))
        done = self.random.choice(("建成", "达到", "配备", "创建成"))
        return [*self._value("%", "VR"), (more, ""), (self._pick("group"), "SCOPE"), (done, ""), (self._word("things")[0], "IND")]

    def cell(self) -> Pieces:
        """A table's indicator and its value: 森林覆盖率≥40%, 高标准农田面积(万亩)120"""
        name, unit = self._name()
        sign = self.random.choice(("≥", "≤", "", "", ">", "<", "达到"))
        if self._maybe(0.3) and unit:
            return [(name, "IND"), (f"({unit}){sign}", ""), (self._number(unit), "VL")]
        return [(name, "IND"), (sign, ""), *self._value(unit, "VL"), (self.random.choice(("", "", "以上")), "")]

    # --- sentences -------------------------------------------------------------------------------------------------

    def other(self) -> Pieces:
        """A clause whose numbers are no targets."""
        return [(self._fill(self._pick(self.random.choice(("past", "support", "condition", "aside", "aside")))), "")]

    def filler(self) -> Pieces:
        """A clause without a number."""
        return [(self._fill(self._pick("filler")), "")]

    def sentence(self) -> Pieces:
        """A sentence of promises, of other numbers, or of both."""
        promised: list[Callable[[], Pieces]] = [self.level] * 6 + [self.coordinated] * 2 + [self.change] * 3 + [self.series] * 2
        promised += [self.build] * 5 + [self.act] * 4 + [self.ranked] * 2 + [self.covered]
        style = self.random.random()
        if style < 0.06:
            return self.cell()
        choices = [self.other] if style < 0.26 else [*promised, *[self.other] * 20] if style < 0.36 else promised
        parts = [self.random.choice(choices)() for _ in range(self.random.choice((1, 1, 2, 2, 3, 4) if style > 0.26 else (1, 2)))]
        if self._maybe(0.35):
            parts.insert(0, self.filler())
        if self._maybe(0.12):
            parts.append(self.filler())
        pieces: Pieces = []
        if style >= 0.26 and self._maybe(0.55):
            pieces += [*self._date(), (self.random.choice((",", ",", "")), ""), *(self._scope() if self._maybe(0.3) else [])]
        for i, part in enumerate(parts):
            pieces += [(self.random.choice(",,,;") if i else "", ""), *part]
        return [*pieces, *(self._bodies() if self._maybe(0.08) else []), ("。" if self._maybe(0.8) else "", "")]


def written(pieces: Pieces) -> Labelled:
    """The text of pieces, and the spans of those that have a label."""
    text, spans = "", []
    for piece, label in pieces:
        if label and piece:
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return Labelled(text, tuple(spans))


def sentences(count: int, seed: int, names: Sequence[str] | None = None) -> Iterator[Labelled]:
    """`count` sentences, of all domains or of those named."""
    grammar = Grammar(Random(seed), [words for name, words in domains().items() if names is None or name in names])
    for _ in range(count):
        yield written(grammar.sentence())
