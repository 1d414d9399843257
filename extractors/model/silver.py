"""Silver sentences: a small grammar of the language of plans over the words of `domains.yaml`, with the spans that it put there.

Half of the numbers are no targets: results achieved, support, conditions, frequencies, references, what exists already.
Deterministic: the same seed gives the same sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from extractors.reader import Labelled
from schemas import vocab

Piece = tuple[str, str]  # text, label ("" for none)
Pieces = list[Piece]
_CN = "零一二三四五六七八九十"
_REACH = ("达到", "达", "提高到", "提升至", "不低于", "保持在", "稳定在", "控制在", "≥", "力争达到", "超过", "为", "增加到", "降至", "不少于", "突破", "")
_LOW = ("以上", "以内", "左右", "以下", "", "", "", "", "")
_BODIES = "发展改革委 教育局 科技局 工业和信息化局 公安局 民政局 财政局 人力资源社会保障局 自然资源局 生态环境局 住房城乡建设局 交通运输局 水利局 农业农村局 商务局 文化和旅游局 卫生健康委 应急管理局 市场监管局 体育局 医保局 数据局 乡村振兴局 城市管理局 林业局".split()
_WHO = ("全市", "全县", "全省", "全区", "我市", "我省", "市区", "中心城区", "县城", "农村", "城镇", "各县区", "乡镇", "主城区", "山区", "沿海地区", "园区")
_MADE = ("覆盖率", "达标率", "普及率", "占比", "完成率", "合格率", "满意度", "利用率", "处置率", "公开率", "比例", "参与度", "增长率")
_BUILD = ("建设", "新建", "建成", "打造", "培育", "创建", "新增", "引进", "完成", "认定", "实施", "布局", "改造提升", "累计建成", "推出", "遴选", "力争建成")
_VERBS = ("推进", "加强", "完善", "优化", "支持", "鼓励", "加快", "统筹", "规范", "健全", "强化", "深化", "开展", "落实", "做好", "持续推动", "积极引导", "探索")
_NOUNS = ("建设", "布局", "管理", "机制", "体系", "服务", "发展", "工作", "改造", "监管", "水平提升", "示范创建", "规划", "培育", "质量提升行动", "")


@cache
def domains() -> dict[str, dict[str, Any]]:
    """The words of each domain."""
    data: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("domains.yaml").read_text("utf-8"))
    return data


@cache
def _places() -> tuple[str, ...]:
    return tuple(r.name for r in vocab.regions() if r.name.endswith(("市", "县", "区")) and len(r.name) <= 4)


@dataclass(slots=True)
class Grammar:
    """Sentences of some domains, drawn with one random source."""

    random: Random
    words: Sequence[dict[str, Any]]

    # --- terminals -------------------------------------------------------------------------------------------------

    def _one(self, options: Sequence[Any]) -> Any:
        return options[int(self.random.random() * len(options))]

    def _maybe(self, share: float) -> bool:
        return self.random.random() < share

    def _word(self, kind: str) -> tuple[str, str]:
        """A name and its unit."""
        entry = self._one(self._one(self.words)[kind])
        if isinstance(entry, str):
            return entry, "%"
        name, units = next(iter(entry.items()))
        return name, self._one(units.split("|"))

    def _number(self, unit: str) -> str:
        r = self.random
        if unit == "%":
            return self._one((f"{r.randint(1, 100)}", f"{r.randint(10, 99)}.{r.randint(1, 9)}", "100", f"{r.randint(1, 99)}.{r.randint(10, 99)}"))
        number = self._one((f"{r.randint(1, 9)}", f"{r.randint(10, 99)}", f"{r.randint(100, 999)}", f"{r.randint(1000, 99999)}"))
        if (not unit or unit[0] in "万亿吨元公平岁" or "/" in unit) and self._maybe(0.4):
            number = f"{r.uniform(1, 999):.{r.randint(1, 2)}f}"
        if self._maybe(0.06) and unit:
            number = self._one("一两三五六八十") if self._maybe(0.5) else f"{self._one('二三五')}十{self._one('二三五')}"
        return number

    def _value(self, unit: str, label: str) -> Pieces:
        number = self._number(unit)
        if self._maybe(0.05) and number.isdigit():
            number = f"{number}{self._one(('-', '至', '~'))}{int(number) + self.random.randint(1, 20)}"
        if unit == "%" and self._maybe(0.05):
            return [(f"百分之{self._one('二三四五六七八九')}十", label)]
        many = self._one("余多") if unit not in ("%", "") and self._maybe(0.03) else ""
        return [(number + many + unit, label)]

    def _date(self) -> Pieces:
        year = self.random.randint(2021, 2035)
        text = self._one(
            (f"到{year}年", f"到{year}年底", f"{year}年", f"{year}年底前", f"{year}年底", f"至{year}年", "今年", "年内", "到“十四五”末", "每年",
             "“十五五”期间", f"{year}年{self.random.randint(1, 12)}月底前", f"{year}年{self.random.randint(1, 12)}月", "年底前", f"{year}-{year + 3}年", "未来三年")
        )  # fmt: skip
        return [(text, "DATE")]

    def _scope(self) -> Pieces:
        text = self._one(_WHO) if self._maybe(0.7) else self._one(_places())
        return [(text, "SCOPE")]

    def _made_name(self) -> str:
        """A name of a kind that the lists do not have: a thing and a ratio of it."""
        thing, other = self._word("things")[0], self._word("things")[0]
        act = self._one(("", "", "建设", "安全", "信息", "标准化", "服务", "运行", "示范创建", "监管", "规范化管理", "信息公开", "联网", "综合利用"))
        made = self._one(_MADE)
        return self._one(
            (
                thing + act + made,
                thing + act + made,
                f"{thing}{act}占{other}的{self._one(('比例', '比重'))}",
                f"{thing}占{other}{self._one(('比例', '比重', '面积比例'))}",
                f"{self._one(('公众', '群众', '居民', '企业'))}对{thing}{act}的{self._one(('满意度', '知晓率', '参与度', '满意率'))}",
                f"{self._one(('通过', '达到', '符合', '应当实施', '完成'))}{thing}{act}的{self._one(('企业', '单位', '项目'))}{self._one(('比例', '比率', '占比'))}",
                f"{thing}、{other}等{act or '建设'}{made}",
                f"{thing}和{other}{made}",
                f"{self._one(_BODIES)}{act}{made}",
                f"{thing}{act}工作所占{self._one(('比例', '的比例', '比重'))}",
                f"{thing}中{other}{self._one(('占比', '的比例'))}",
                f"单位{self._one(('国内生产总值', '地区生产总值', '工业增加值', 'GDP'))}{thing}{self._one(('用地下降率', '能耗', '使用面积'))}",
            )
        )

    def _name(self) -> tuple[str, str]:
        if self._maybe(0.3):
            return self._made_name(), "%"
        return self._word("ratio" if self._maybe(0.55) else "amount")

    def _bodies(self) -> Pieces:
        names = self.random.sample(_BODIES, self.random.randint(1, 4))
        level = self._one(("市", "县", "省", "区", ""))
        pieces: Pieces = [(self._one(("牵头单位", "责任单位", "配合单位", "责任部门")) + ":", "")] if self._maybe(0.7) else []
        for i, name in enumerate(names):
            pieces += [("、", "")] * (i > 0) + [(level + name, "BODY")]
        return [("(", ""), *pieces, ("" if pieces[0][1] == "" else self._one(("负责", "牵头", "按职责分工负责")), ""), (")", "")]

    # --- what is promised ------------------------------------------------------------------------------------------

    def level(self) -> Pieces:
        """全市森林覆盖率达到40%以上"""
        name, unit = self._name()
        scope = self._scope() if self._maybe(0.3) else []
        reach = self._one(_REACH)
        date = self._date() if self._maybe(0.12) else []
        adverb = self._one(("均", "全部", "稳定", "总体", "基本", "力争", "要")) if self._maybe(0.12) and reach not in ("≥", "") else ""
        link = self._one(("比重", "")) if self._maybe(0.05) else ""
        before = self._one(("确保", "力争", "保持", "使", "推动", "实现", "依法开展", "其中", "做到")) if self._maybe(0.2) else ""
        return [(before, ""), *scope, (name, "IND"), (link + adverb, ""), *date, (reach, ""), *self._value(unit, "VL"), (self._one(_LOW), "")]

    def coordinated(self) -> Pieces:
        """甲、乙和丙分别达到95%、90%和80%; 甲和乙均达到100%"""
        count = self.random.randint(2, 3)
        apart = self._maybe(0.6)
        by_scope = self._maybe(0.3)
        unit = "%"
        heads: Pieces = []
        for i in range(count):
            mark = "" if i == 0 else "和" if i == count - 1 else "、"
            heads.append((mark, ""))
            heads += self._scope() if by_scope else [(self._word("ratio")[0], "IND")]
        if by_scope:
            heads.append((self._word("ratio")[0], "IND"))
        verb = ("分别" if apart else self._one(("均", "都", "全部"))) + self._one(("达到", "提高到", "不低于", "保持在", "控制在"))
        values: Pieces = []
        for i in range(count if apart else 1):
            values += [("" if i == 0 else "和" if i == count - 1 else "、", ""), *self._value(unit, "VL")]
        return [*heads, (verb, ""), *values, (self._one(_LOW), "")]

    def change(self) -> Pieces:
        """铁路货运量较2021年增加350万吨; 能耗累计下降13.5%"""
        name, unit = self._name()
        own = self._maybe(0.3)
        unit = unit if own and unit != "%" else self._one(("%", "个百分点") if unit == "%" else ("%",))
        base = self._one(("", "", f"较{self.random.randint(2015, 2025)}年", "较上年", f"比{self.random.randint(2015, 2025)}年", "同比"))
        how = self._one(("年均", "累计", "", "", "力争"))
        verb = self._one(("增长", "下降", "提高", "降低", "增加", "减少", "提升", "压减"))
        return [(name, "IND"), (base + how + verb, ""), *self._value(unit, "VL"), (self._one(_LOW), "")]

    def series(self) -> Pieces:
        """甲2023年达到40%,2024年达到45%; 由现在的30%提高到50%"""
        name, unit = self._name()
        if self._maybe(0.4):
            pieces = [(name, "IND"), (self._one(("由", "从")) + self._one(("", "目前的", "2020年的", "现在的")), ""), *self._value(unit, "VL")]
            return [*pieces, (self._one(("提高到", "增加到", "下降到", "提升至")), ""), *self._value(unit, "VL")]
        pieces = [(name, "IND")]
        for i in range(self.random.randint(2, 3)):
            pieces += [(("、", ",")[i % 2] if i else "", ""), *self._date(), (self._one(("达到", "", "提高到")), ""), *self._value(unit, "VL")]
        return pieces

    def build(self) -> Pieces:
        """新建社区老年食堂20家、养老服务中心5个; 建成200个美丽乡村"""
        pieces: Pieces = [(self._one(_BUILD) + self._one(("", "", "", "省级以上", "各类")), "")]
        after = self._maybe(0.5)
        for i in range(self.random.choice((1, 1, 1, 2, 3))):
            thing, unit = self._word("things")
            value = self._value(unit, "VR" if after else "VL")
            sign = (self._one(("不少于", "约", "超过", "至少")) if self._maybe(0.12) else "", "")
            tail = (self._one(("", "", "以上", "左右")), "")
            mark = (self._one(("、", ",")) if i else "", "")
            quoted = ("“", "") if self._maybe(0.05) else ("", "")
            name = [quoted, (thing, "IND"), ("”" if quoted[0] else "", "")]
            pieces += [mark, sign, *value, tail, *name] if after else [mark, *name, sign, *value, tail]
        return pieces

    def act(self) -> Pieces:
        """城镇新增就业5万人; 改造供热管网120公里; 完成20公里的管网改造"""
        text, unit = self._word("acts")
        verb = next((v for v in ("新增", "开展", "培训", "改造", "实施", "新建", "完成", "更新", "治理", "修复", "引进", "发放", "举办", "整治", "开工", "筹集", "打通", "加装", "净增", "抽检", "招录", "淘汰", "推广", "营造") if text.startswith(v) and len(text) > len(v) + 1), "")
        name = text[len(verb) :] if verb not in ("新增", "净增") else text
        lead = verb if verb not in ("新增", "净增") else ""
        if lead and self._maybe(0.35):
            return [(lead, ""), *self._value(unit, "VR"), (self._one(("", "", "以上", "的")), ""), (name, "IND")]
        return [(lead, ""), (name, "IND"), (self._one(("", "", "", "达到", "不少于", "超过")), ""), *self._value(unit, "VL"), (self._one(_LOW), "")]

    def ranked(self) -> Pieces:
        """营商环境评价进入全省前10名; 水质达到Ⅲ类"""
        if self._maybe(0.5):
            name = self._one(("营商环境评价", "综合评价", "考核排名", "城市排名", "空气质量排名", "高质量发展综合绩效评价", self._word("ratio")[0] + "排名"))
            return [(name, "IND"), (self._one(("进入", "保持", "位居", "稳居")) + self._one(("全省", "全国", "全市", "")) + "前", ""), (self._number("") + self._one(("名", "位")), "VL")]
        name = self._one(("断面水质", "出水水质", "地表水环境质量", "环境空气质量", "饮用水水源地水质", "排放标准", "A级景区等级", "监测断面水质"))
        grade = self._one(("Ⅲ类", "Ⅱ类", "Ⅳ类", "一级A", "二级", "国六", "Ⅲ类", "一级"))
        return [*self._scope(), (name, "IND"), (self._one(("达到", "稳定达到", "达到或优于", "保持", "不低于")), ""), (grade, "VL"), (self._one(("", "标准", "以上")), "")]

    def covered(self) -> Pieces:
        """60%以上的社区建成老年食堂"""
        thing, _ = self._word("things")
        group = self._one(("建制村", "社区", "企业", "乡镇", "学校", "县(市、区)", "规上企业", "公立医院", "机关事业单位"))
        return [*self._value("%", "VR"), ("以上" if self._maybe(0.6) else "", ""), ("的" if self._maybe(0.5) else "", ""), (group, "SCOPE"), (self._one(("建成", "达到", "配备", "创建成")), ""), (thing, "IND")]

    # --- what is not -----------------------------------------------------------------------------------------------

    def past(self) -> Pieces:
        """2023年,全市森林覆盖率达到38%,同比提高1.2个百分点"""
        name, unit = self._name()
        thing, measure = self._word("things")
        when = self._one(("去年", "2022年,", "截至目前,", "近年来,", "上半年,", "过去五年,", "截至2023年底,", "“十三五”以来,"))
        value = self._number(unit) + unit
        return self._one(
            (
                [(f"{when}全市{name}{self._one(('达到', '达', '增长', '完成'))}{value},同比增长{self._number('%')}%", "")],
                [(f"{when}已{self._one(('建成', '累计建成', '培育', '完成', '投用'))}{thing}{self._number(measure)}{measure}", "")],
                [(f"现有{thing}{self._number(measure)}{measure}", "")],
                [(f"{when}{name}由{self._number(unit)}{unit}提高到{value}", "")],
                [(f"依托现有的{self._number(measure)}{measure}{thing}", "")],
                [(f"目前全市共有{thing}{self._number(measure)}{measure}", "")],
            )
        )

    def support(self) -> Pieces:
        """对新认定的专精特新企业给予最高50万元奖励"""
        thing, measure = self._word("things")
        money = self._number("") + self._one(("万元", "元", "亿元"))
        share = self._number("%") + "%"
        text = self._one(
            (
                f"对新认定的{thing}给予{self._one(('最高', '一次性', '不超过', ''))}{money}{self._one(('奖励', '补助', '补贴', '资金支持'))}",
                f"按{self._one(('实际投入', '设备投资额', '贷款利息', '合同金额'))}的{share}给予{self._one(('补助', '补贴', '贴息'))},最高不超过{money}",
                f"每{measure}{self._one(('奖励', '补助'))}{money}",
                f"单个{thing}{self._one(('补助', '支持'))}上限为{money}",
                f"设立总规模{money}的{self._word('things')[0]}发展基金",
                f"贷款额度不超过{money},贴息{share}",
                f"收费标准为每{measure}{money}",
            )
        )
        return [(text, "")]

    def condition(self) -> Pieces:
        """年销售收入2000万元以上的企业"""
        thing, measure = self._word("things")
        name, unit = self._name()
        value = self._number(unit) + unit
        text = self._one(
            (
                f"支持{name}{self._one(('超过', '达到', ''))}{value}以上的{self._one(('企业', '单位', '地区', thing))}做大做强",
                f"对{name}低于{value}的{self._one(('县区', '企业', '单位'))}进行约谈",
                f"{self._number('')}万千瓦以下煤电机组加快淘汰",
                f"面积在{self._number('')}平方米以上的{thing}纳入管理",
                f"连续{self._number('')}年达标的,给予通报表扬",
                f"从业人员{self._number('人')}人以上且成立满{self._one('二三235')}年",
                f"符合条件的{thing}(投资额{self._number('')}万元以上)优先支持",
                f"鼓励{self._number('')}{measure}以上的{thing}集中布局",
            )
        )
        return [(text, "")]

    def aside(self) -> Pieces:
        """References, dates, frequencies, phrases, names with numbers."""
        r = self.random
        text = self._one(
            (
                f"每{self._one(('季度', '月', '年', '半年', '周'))}{self._one(('调度', '通报', '检查', '公开', '报送'))}{r.randint(1, 4)}次",
                f"落实《{self._word('things')[0]}管理办法》({self._one('省市国')}政发〔{r.randint(2015, 2025)}〕{r.randint(1, 99)}号)",
                f"聚焦{self._one(('三个转变', '两个确立', '四个方面', '五大任务', '“1+3+N”体系', '六大行动', '三年行动'))}",
                f"在{r.randint(3, 30)}个工作日内{self._one(('办结', '反馈', '完成审核', '报送'))}",
                f"《{self._word('things')[0]}建设规范》(GB/T {r.randint(1000, 50000)}-{r.randint(2000, 2024)})",
                f"自{r.randint(2020, 2025)}年{r.randint(1, 12)}月1日起施行,有效期{r.randint(2, 5)}年",
                f"联系电话:{r.randint(2000000, 8999999)}",
                f"权重{r.randint(5, 40)}%,满分{r.randint(5, 100)}分,每项扣{r.randint(1, 5)}分",
                f"推进5G、PM{self._one(('2.5', '10'))}监测和{self._word('things')[0]}建设",
                f"用{self._one(('三年', '3年', '五年', '两年'))}左右时间{self._one(self._one(self.words)['filler'])}",
                f"完善24小时值班制度和12345热线",
                f"{r.randint(1, 20)}.{self._one(self._one(self.words)['filler'])}",
                f"第{r.randint(1, 30)}条规定的{self._word('things')[0]}",
                f"评选周期为{r.randint(1, 5)}年",
                f"其中县级以上{r.randint(2, 9)}部门参加",
            )
        )
        return [(text, "")]

    def filler(self) -> Pieces:
        """A clause without a number."""
        if self._maybe(0.4):
            return [(self._one(self._one(self.words)["filler"]), "")]
        thing, other = self._word("things")[0], self._word("things")[0]
        name = self._word("ratio")[0]
        text = self._one(
            (
                f"{self._one(_VERBS)}{thing}{self._one(_NOUNS)}",
                f"{self._one(_VERBS)}{thing}、{other}等{self._one(_NOUNS)}",
                f"{self._one(_VERBS)}以{thing}为重点的{self._one(_NOUNS)}",
                f"不断提高{name}",
                f"{self._one(_VERBS)}{thing},{self._one(_VERBS)}{other}{self._one(_NOUNS)}",
                f"({self._one('一二三四五六七八九十')}){self._one(_VERBS)}{thing}{self._one(_NOUNS)}。",
                f"以{thing}{self._one(_NOUNS)}为抓手",
                f"鼓励{self._one(('企业', '社会力量', '各县区', '高校', '金融机构'))}参与{thing}{self._one(_NOUNS)}",
            )
        )
        return [(text, "")]

    # --- sentences -------------------------------------------------------------------------------------------------

    def cell(self) -> Pieces:
        """A table's indicator and its value: 森林覆盖率≥40%, 高标准农田面积(万亩)120"""
        name, unit = self._name()
        sign = self._one(("≥", "≤", "", "", ">", "<", "达到"))
        if self._maybe(0.3) and unit:
            return [(name, "IND"), (f"({unit})", ""), (sign, ""), (self._number(unit), "VL")]
        return [(name, "IND"), (sign, ""), *self._value(unit, "VL"), (self._one(("", "", "以上")), "")]

    def sentence(self) -> Pieces:
        """A sentence of promises, of other numbers, or of both."""
        promised: list[Callable[[], Pieces]] = [self.level] * 6 + [self.coordinated] * 2 + [self.change] * 3 + [self.series] * 2
        promised += [self.build] * 5 + [self.act] * 4 + [self.ranked] * 2 + [self.covered]
        other: list[Callable[[], Pieces]] = [self.past, self.support, self.condition, self.aside, self.aside]
        style = self.random.random()
        if style < 0.06:
            return self.cell()
        if style < 0.24:
            parts = [self._one(other)() for _ in range(self.random.randint(1, 2))]
        elif style < 0.34:
            parts = [self._one((*other, *promised))() for _ in range(2)]
        else:
            parts = [self._one(promised)() for _ in range(self.random.choice((1, 1, 2, 2, 3, 4)))]
        if self._maybe(0.35):
            parts.insert(0, self.filler())
        if self._maybe(0.12):
            parts.append(self.filler())
        pieces: Pieces = []
        if style >= 0.24 and self._maybe(0.55):
            pieces += [*self._date(), (self._one((",", ",", "")), "")]
            if self._maybe(0.3):
                pieces += self._scope()
        for i, part in enumerate(parts):
            pieces += [(self._one((",", ",", ",", ";")) if i else "", ""), *part]
        if self._maybe(0.08):
            pieces += self._bodies()
        return [*pieces, ("。" if self._maybe(0.8) else "", "")]


def written(pieces: Pieces) -> Labelled:
    """The text of pieces, and the spans of those that have a label."""
    text, spans = "", []
    for piece, label in pieces:
        if label and piece:
            spans.append((len(text), len(text) + len(piece), label))
        text += piece
    return Labelled(text.replace("，", ","), tuple(spans))


def sentences(count: int, seed: int, names: Sequence[str] | None = None) -> Iterator[Labelled]:
    """`count` sentences, of all domains or of those named."""
    grammar = Grammar(Random(seed), [words for name, words in domains().items() if names is None or name in names])
    for _ in range(count):
        yield written(grammar.sentence())
