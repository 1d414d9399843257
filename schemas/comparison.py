"""The tables of a comparison: their columns, types, and headings in Chinese and English. Every output of a comparison follows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "integer", "number", "boolean", "date", "list", "object"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in tools, its type, its headings, and what it says."""

    name: str
    type: Type
    zh: str
    en: str
    about: str


def _columns(text: str) -> tuple[Column, ...]:
    """Lines of `name type zh | en | about`."""
    found = []
    for line in text.strip().splitlines():
        head, en, about = (part.strip() for part in line.split("|"))
        name, type_, zh = head.split(maxsplit=2)
        found.append(Column(name, type_, zh, en, about))  # type: ignore[arg-type]
    return tuple(found)


STATES = {"stated": "已述", "not_stated": "未述", "unparsed": "未能读出", "not_processed": "未处理"}
VERDICTS = {"comparable": "可比", "not_comparable": "不可比", "undetermined": "无法判定", "nothing_to_compare": "无可比对象"}
STANDINGS = {"exceeds": "高于标准", "meets": "达到标准", "falls_short": "低于标准", "cannot_say": "无法判定"}
CHANGES = {
    "tightened": "加严",
    "relaxed": "放宽",
    "postponed": "推迟",
    "advanced": "提前",
    "continued": "延续",
    "changed": "改值",
    "unit": "改单位",
    "scope": "改范围",
    "kind": "改类型",
    "lead": "换牵头单位",
    "added": "新增",
    "dropped": "删去",
}
FINDINGS = {
    "contradiction": "自相矛盾",
    "changed": "前后变化",
    "added": "新增指标",
    "dropped": "删去指标",
    "gap": "编号缺失",
    "duplicate": "重复文件",
    "below_standard": "低于标准",
    "no_unit": "任务无责任单位",
    "no_deadline": "任务无期限",
    "cascade": "上级目标",
    "expired": "已失效",
    "superseded": "已被取代",
}
DUE = {"past_due": "已到期", "next": "即将到期", "later": "尚未到期"}
CERTAINTY = {"verified": ("已核实", "verified"), "recalled": ("凭记忆", "from memory")}
NO_YEAR = "—"  # the column of values without a year, where columns are years
VALIDITY = {"in_force": "有效", "draft": "征求意见稿", "expired": "已过有效期", "repealed": "已废止", "superseded": "已被取代"}

TABLES: dict[str, tuple[Column, ...]] = {
    "matrix": _columns("""
        indicator string 指标 | Indicator | canonical name, or the name that most documents of the row write
        indicator_id string 指标编号 | Indicator id | id in the vocabulary; null for a name that it does not know
        group string 行 | Row | key of the row: the id, or the normal form of the name
        group_rule string 归并依据 | Grouping | name:…, alias:…, normal:…, weak:… of the vocabulary; form: one normal form; alike
        group_score number 归并相似度 | Similarity | likeness of the name as written and the row's, 0 to 1
        as_written string 原文指标名 | As written | the indicator's name in the document
        domain string 领域 | Domain | domain of the indicator
        region string 地区 | Region | full name of the division
        region_code string 区划代码 | Region code | GB/T 2260
        year integer 年份 | Year | year of the deadline's end; null where the text states none
        state string 状态 | State | stated, not_stated, unparsed, not_processed
        kind string 类型 | Kind | level, count, change, rank, grade, qualitative, milestone
        operator string 算子 | Operator | as the guide has it
        value number 数值 | Value | as parsed
        value_max number 上限 | Upper value | of a range
        value_text string 原文数值 | Value as written | number and unit, or the state
        unit string 单位 | Unit | as written
        shown string 目标 | Target | value with operator, as a reader writes it
        canonical_value number 规范值 | Canonical value | in the canonical unit
        canonical_value_max number 规范上限 | Canonical upper value | of a range
        canonical_unit string 规范单位 | Canonical unit | base unit of the dimension
        dimension string 量纲 | Dimension | ratio, area, mass/volume …
        change_direction string 变化方向 | Change | increase or decrease
        baseline string 基期 | Baseline | what a change is measured from
        deadline object 期限 | Deadline | raw, kind, start, end
        scope string 范围 | Scope | as written
        statistic string 统计口径 | Statistic | average, cumulative, increment …
        denominator string 分母 | Denominator | what a share or intensity is of
        direction string 优劣方向 | Better | higher_better, lower_better, none
        strength string 约束性 | Binding | 约束性, 预期性, 力争 …
        status string 现状或目标 | Status | target or current
        lead list 牵头单位 | Lead | bodies that lead, else those responsible
        lead_function list 牵头职能 | Lead function | functions of those bodies
        document string 文件 | Document | name of the document
        title string 文件标题 | Title | title of the document
        task string 条款 | Task | number path
        sources list 同文来源 | Same plan also in | other stored copies of the same plan that say it
        target string 目标编号 | Target id | id in the database
        evidence list 证据编号 | Evidence | ids of evidence rows of the value (of the line in the coverage ledger, in an unparsed cell)
        quote string 原文 | Quote | the source text
        place string 位置 | Place | where a reader finds it
        verdict string 可比性 | Verdict | comparable, not_comparable, undetermined, nothing_to_compare; null where nothing is stated
        reasons list 理由代码 | Reason codes | parts on which the nearest statement of another column differs
        reason string 理由 | Reason | the same in words
        rank integer 位次 | Rank | among the values comparable with it, 1 demands most; null elsewhere
        distance number 差距 | Distance | from the value that demands most, in the canonical unit, 0 or more
    """),
    "pairs": _columns("""
        indicator string 指标 | Indicator | name of the row
        group string 行 | Row | key of the row
        left_region string 甲地 | Left region |
        left_document string 甲文件 | Left document |
        left_task string 甲条款 | Left task |
        left_shown string 甲目标 | Left target |
        left_year integer 甲年份 | Left year |
        left_scope string 甲范围 | Left scope |
        left_target string 甲目标编号 | Left target id |
        right_region string 乙地 | Right region |
        right_document string 乙文件 | Right document |
        right_task string 乙条款 | Right task |
        right_shown string 乙目标 | Right target |
        right_year integer 乙年份 | Right year |
        right_scope string 乙范围 | Right scope |
        right_target string 乙目标编号 | Right target id |
        verdict string 可比性 | Verdict | comparable, not_comparable, undetermined
        reasons list 理由代码 | Reason codes | every part that differs or is not stated
        reason string 理由 | Reason | the same in words
        stricter string 更严的一方 | Stricter | left, right, equal; null where it cannot be said
        difference number 差值 | Difference | right less left, in the canonical unit; only of comparable values
        difference_shown string 差值（原单位） | Difference as said | the same in the unit that both are written in
        canonical_unit string 规范单位 | Canonical unit |
    """),
    "findings": _columns("""
        id string 编号 | Id | derived from the content
        type string 类别 | Type | contradiction, changed, added, dropped, gap, duplicate, below_standard, …
        change string 变化 | Change | of a change: tightened, relaxed, postponed, advanced, unit, scope, lead …
        region string 地区 | Region |
        documents list 文件 | Documents | earlier first
        tasks list 条款 | Tasks | number paths, in the order of the values
        indicator string 指标 | Indicator |
        indicator_id string 指标编号 | Indicator id |
        values list 数值 | Values | with operator and unit, in the order of documents
        deadlines list 期限 | Deadlines | last days, in the order of the values
        verdict string 结论 | Verdict | whether the values can be set against each other
        reason string 说明 | Reason | in words
        targets list 目标编号 | Target ids |
        evidence list 证据编号 | Evidence | ids of evidence rows
        quotes list 原文 | Quotes | the source texts, in the order of the values
    """),
    "standards": _columns("""
        indicator string 指标 | Indicator |
        indicator_id string 指标编号 | Indicator id |
        region string 地区 | Region |
        document string 文件 | Document |
        task string 条款 | Task |
        year integer 年份 | Year |
        scope string 范围 | Scope |
        shown string 目标 | Target |
        standard string 标准编号 | Standard id |
        standard_title string 标准 | Standard |
        basis string 采用依据 | Why this edition | what in the plan names the edition
        binding boolean 是否适用 | Binding | whether the plan follows it; false where it is for orientation only (goals of the nation)
        condition string 适用条件 | Condition | terrain, city size, level
        threshold string 标准值 | Threshold |
        certainty string 核实情况 | Certainty | verified: the passage was read; recalled: it was not
        source string 来源 | Source |
        verdict string 结论 | Verdict | exceeds, meets, falls_short, cannot_say
        difference number 差值 | Difference | target less threshold, in the unit of the threshold
        unit string 单位 | Unit | of the threshold
        reason string 说明 | Reason |
        target string 目标编号 | Target id |
        evidence list 证据编号 | Evidence |
    """),
    "changes": _columns("""
        region string 地区 | Region |
        indicator string 指标 | Indicator |
        indicator_id string 指标编号 | Indicator id |
        change string 变化 | Change | tightened, relaxed, postponed, advanced, continued, changed, unit, scope, kind, lead, added, dropped
        scope string 范围 | Scope |
        before_document string 原文件 | Before |
        before_task string 原条款 | Task before |
        before_shown string 原目标 | Target before |
        before_deadline string 原期限 | Deadline before |
        before_lead list 原牵头单位 | Lead before |
        after_document string 新文件 | After |
        after_task string 新条款 | Task after |
        after_shown string 新目标 | Target after |
        after_deadline string 新期限 | Deadline after |
        after_lead list 新牵头单位 | Lead after |
        difference number 差值 | Difference | after less before, in the canonical unit
        difference_shown string 差值（原单位） | Difference as said | the same in the unit that both are written in
        canonical_unit string 规范单位 | Canonical unit |
        reason string 说明 | Reason |
        before_target string 原目标编号 | Target id before |
        after_target string 新目标编号 | Target id after |
        evidence list 证据编号 | Evidence |
    """),
    "load": _columns("""
        region string 地区 | Region |
        body string 单位 | Body | as written
        function string 职能 | Function |
        role string 角色 | Role | lead, cooperate, responsible, implement, data_source
        year integer 到期年份 | Year due | null where none is stated
        tasks integer 任务数 | Tasks | tasks that name the body in the role
        targets integer 目标数 | Targets | targets of those tasks that are due in the year
    """),
    "leads": _columns("""
        indicator string 指标 | Indicator |
        indicator_id string 指标编号 | Indicator id |
        region string 地区 | Region |
        document string 文件 | Document |
        task string 条款 | Task |
        lead list 牵头单位 | Lead |
        lead_function list 牵头职能 | Lead function |
        differs boolean 与他地不同 | Differs | whether another region gives it to other functions
    """),
    "timeline": _columns("""
        date date 到期日 | Due | last day of the deadline
        due string 到期情况 | State | past_due, next, later
        days integer 距今天数 | Days | from the given date, negative when past
        region string 地区 | Region |
        indicator string 指标 | Indicator |
        shown string 目标 | Target |
        scope string 范围 | Scope |
        lead list 牵头单位 | Lead |
        document string 文件 | Document |
        task string 条款 | Task |
        target string 目标编号 | Target id |
        evidence list 证据编号 | Evidence |
    """),
    "plans": _columns("""
        document string 文件 | Document |
        title string 标题 | Title |
        region string 地区 | Region |
        region_code string 区划代码 | Region code |
        date string 日期 | Date | of issue, else of publication, else the first day of its period; as exact as it is known
        date_source string 日期依据 | Date from | issue_date, publish_date, period, given
        plan string 规划 | Plan | what editions of one plan share
        edition integer 版次 | Edition | order of the editions of one plan in a region, from 1
        draft boolean 征求意见稿 | Draft |
        validity string 效力 | Validity | in_force, draft, expired, repealed, superseded
        validity_reason string 效力依据 | Why |
        left_out boolean 不计入对比 | Left out | of the matrix, because it is not in force or a copy
        duplicate_of string 同文于 | Copy of | the document that counts
        follows string 所依标准 | Follows | id of the standard's edition
        follows_reason string 所依标准的依据 | Why that standard |
        tasks integer 任务数 | Tasks |
        targets integer 目标数 | Targets |
    """),
}


def headings(table: str, lang: str) -> dict[str, str]:
    """Column name → heading of a table of a comparison; `lang` is zh or en: `headings("pairs", "zh")["verdict"] == "可比性"`."""
    return {column.name: column.zh if lang == "zh" else column.en for column in TABLES[table]}
