"""Views of the database for BI tools: one flat table each, with documented columns. The same SQL runs on SQLite and PostgreSQL.

Views are made from the tables as they are when the schema is at its newest (`make`), and dropped before any migration (`drop`): see
`migrations/env.py`. A migration that changes tables need not know of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its SQL, and what it says in Chinese and English."""

    name: str
    sql: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class View:
    """A view: its columns, the tables it is of, and what it says."""

    name: str
    zh: str
    en: str
    source: str
    columns: tuple[Column, ...]

    @property
    def sql(self) -> str:
        """The statement that makes it."""
        chosen = ",\n  ".join(f'{column.sql} AS "{column.name}"' for column in self.columns)
        return f'CREATE VIEW "{self.name}" AS\nSELECT\n  {chosen}\n{self.source}'


def _columns(text: str) -> tuple[Column, ...]:
    """Lines of `name | SQL | Chinese | English`; an empty SQL is the name."""
    found = []
    for line in text.strip().splitlines():
        name, sql, zh, en = (part.strip() for part in line.split("|"))
        found.append(Column(name, sql or name, zh, en))
    return tuple(found)


def _year(column: str) -> str:
    return f"CAST(SUBSTR({column}, 1, 4) AS INTEGER)"


def _bodies(roles: str, function: bool = False) -> str:
    """Bodies of a target's task in some roles, in one cell; SQLite and PostgreSQL have a word of their own for joining."""
    cell = "b.function" if function else "l.text"
    links = f"FROM task_body l JOIN body b ON b.id = l.body_id WHERE l.task_id = {{task}} AND l.role IN ({roles})"
    return f"({{join}}{cell}{{by}} {links})"


def _place(column: str) -> str:
    """Where the value of a target stands."""
    return f"(SELECT e.{column} FROM evidence e WHERE e.row_table = 'target' AND e.row_id = t.id AND e.slot = 'value' AND e.position = 0)"


_TARGET = _columns(f"""
    target_id | t.id | 目标编号 | id of the target
    document | d.name | 文件 | name of the document
    document_id | t.document_id | 文件编号 | id of the document
    title | d.title | 文件标题 | title of the document
    region | d.region | 地区 | full name of the division
    region_code | d.region_code | 区划代码 | GB/T 2260
    task | k.path | 条款 | number path of the task
    task_id | t.task_id | 条款编号 | id of the task
    indicator | COALESCE(i.name, t.indicator) | 指标 | canonical name, else the name as written
    indicator_id | t.indicator_id | 指标编号 | id in the vocabulary
    as_written | t.indicator | 原文指标名 | the name in the document
    domain | i.domain | 领域 | domain of the indicator
    scope | t.scope | 范围 | to what it holds, as written
    kind | t.kind | 类型 | level, count, change, rank, grade, qualitative, milestone
    operator | t.operator | 算子 | >=, >, <=, <, =, ~, range
    value | t.value | 数值 | the number, in the unit as written
    value_max | t.value_max | 上限 | of a range, in the unit as written
    unit | t.unit | 单位 | as written
    value_text | t.value_text | 原文数值 | number and unit, or the state, as written
    canonical_value | t.canonical_value | 规范值 | in the canonical unit
    canonical_value_max | t.canonical_value_max | 规范上限 | of a range, in the canonical unit
    canonical_unit | t.canonical_unit | 规范单位 | base unit of the dimension
    dimension | t.dimension | 量纲 | ratio, area, mass/volume …
    change_direction | t.change_direction | 变化方向 | increase or decrease
    baseline | t.baseline | 基期 | what a change is measured from
    deadline | t.deadline_raw | 期限 | as written
    deadline_start | t.deadline_start | 期限起日 | first day
    deadline_end | t.deadline_end | 期限止日 | last day
    due_year | {_year("t.deadline_end")} | 到期年份 | year of the last day
    status | t.status | 现状或目标 | target or current
    strength | t.strength | 约束性 | 约束性, 预期性, 力争 …
    lead | {_bodies("'lead'")} | 牵头单位 | bodies that lead its task, joined with 、
    responsible | {_bodies("'responsible'")} | 责任单位 | bodies responsible for its task, joined with 、
    lead_function | {_bodies("'lead'", True)} | 牵头职能 | functions of the bodies that lead
    quote | t.quote | 原文 | the source text
    page | {_place("page")} | 页 | page of the value
    line | {_place("line")} | 行 | line of the value
    confidence | t.confidence | 可信度 | how likely the record is right, 0 to 1
    readers | t.readers | 读取者 | both, differs, rules or unread
    review | {{review}} | 审核 | accepted, corrected or added by a person; null: nobody looked
""")
_OF_TARGET = """FROM target t JOIN document d ON d.id = t.document_id
LEFT JOIN task k ON k.id = t.task_id LEFT JOIN indicator i ON i.id = t.indicator_id"""

VIEWS: tuple[View, ...] = (
    View("v_target", "指标目标，每行一个", "Targets, one a row", _OF_TARGET, _TARGET),
    View(
        "v_task",
        "任务，每行一个",
        "Tasks, one a row",
        "FROM task k JOIN document d ON d.id = k.document_id",
        _columns(f"""
            task_id | k.id | 条款编号 | id of the task
            document | d.name | 文件 | name of the document
            document_id | k.document_id | 文件编号 | id of the document
            region | d.region | 地区 | full name of the division
            region_code | d.region_code | 区划代码 | GB/T 2260
            task | k.path | 条款 | number path, unique in the document
            title | k.title | 任务 | heading or first sentence
            lead | {_bodies("'lead'")} | 牵头单位 | bodies that lead, joined with 、
            cooperate | {_bodies("'cooperate'")} | 配合单位 | bodies that assist
            responsible | {_bodies("'responsible'")} | 责任单位 | bodies that are responsible
            implement | {_bodies("'implement'")} | 落实单位 | bodies that carry it out locally
            lead_function | {_bodies("'lead'", True)} | 牵头职能 | functions of the bodies that lead
            deadline | k.deadline_raw | 期限 | as written
            deadline_start | k.deadline_start | 期限起日 | first day
            deadline_end | k.deadline_end | 期限止日 | last day
            due_year | {_year("k.deadline_end")} | 到期年份 | year of the last day
            targets | (SELECT COUNT(*) FROM target t WHERE t.task_id = k.id) | 目标数 | number of its targets
        """),
    ),
    View(
        "v_document",
        "文件，每行一个",
        "Documents, one a row",
        "FROM document d",
        _columns("""
            document_id | d.id | 文件编号 | id of the document
            document | d.name | 文件 | name
            title | d.title | 标题 | title as the text gives it
            doc_number | d.doc_number | 文号 | number of the document
            issuer | d.issuer | 发文机关 | who issued it
            region | d.region | 地区 | full name of the division
            region_code | d.region_code | 区划代码 | GB/T 2260
            issue_date | d.issue_date | 成文日期 | day of issue
            publish_date | d.publish_date | 发布日期 | day of publication
            period_start | d.period_start | 规划起年 | first year of its period
            period_end | d.period_end | 规划止年 | last year of its period
            draft | d.draft | 征求意见稿 | whether it is a draft for comment
            follows | d.follows | 所依标准 | id of the standard's edition that it follows
            format | d.format | 格式 | format of the file
            sha256 | d.sha256 | 摘要 | of the bytes
            tasks | (SELECT COUNT(*) FROM task k WHERE k.document_id = d.id) | 任务数 | number of its tasks
            targets | (SELECT COUNT(*) FROM target t WHERE t.document_id = d.id) | 目标数 | number of its targets
            issues | (SELECT COUNT(*) FROM issue s WHERE s.document_id = d.id) | 问题数 | number of its issues
        """),
    ),
    View(
        "v_deadline",
        "各地每年到期的目标数",
        "Targets that are due, by region and year",
        f"{_OF_TARGET} WHERE t.deadline_end IS NOT NULL AND t.status = 'target' GROUP BY d.region, d.region_code, {_year('t.deadline_end')}",
        _columns(f"""
            region | d.region | 地区 | full name of the division
            region_code | d.region_code | 区划代码 | GB/T 2260
            due_year | {_year("t.deadline_end")} | 到期年份 | year of the last day
            first_day | MIN(t.deadline_end) | 最早止日 | the first last day of the year
            last_day | MAX(t.deadline_end) | 最晚止日 | the latest last day of the year
            targets | COUNT(*) | 目标数 | number of targets due
            indicators | COUNT(DISTINCT t.indicator_id) | 指标数 | number of canonical indicators among them
        """),
    ),
    View(
        "v_indicator_region",
        "指标 × 地区，长表，供透视",
        "Indicators by regions in long form, to pivot",
        f"{_OF_TARGET} WHERE t.indicator_id IS NOT NULL AND t.status = 'target' AND t.value IS NOT NULL",
        _columns(f"""
            indicator | i.name | 指标 | canonical name
            indicator_id | t.indicator_id | 指标编号 | id in the vocabulary
            domain | i.domain | 领域 | domain
            direction | i.direction | 优劣方向 | higher_better, lower_better, none
            region | d.region | 地区 | full name of the division
            region_code | d.region_code | 区划代码 | GB/T 2260
            due_year | {_year("t.deadline_end")} | 到期年份 | year of the last day
            kind | t.kind | 类型 | level, change …: values of other kinds do not compare
            scope | t.scope | 范围 | to what it holds, as written
            operator | t.operator | 算子 | >=, >, <=, <, =, ~, range
            change_direction | t.change_direction | 变化方向 | of a change: increase or decrease; its value has no sign
            canonical_value | t.canonical_value | 规范值 | in the canonical unit
            canonical_value_max | t.canonical_value_max | 规范上限 | of a range, in the canonical unit
            canonical_unit | t.canonical_unit | 规范单位 | base unit of the dimension
            value_text | t.value_text | 原文数值 | number and unit as written
            document | d.name | 文件 | name of the document
            target_id | t.id | 目标编号 | id of the target
        """),
    ),
    View(
        "v_issue",
        "读取中的问题",
        "What was odd",
        "FROM issue s LEFT JOIN document d ON d.id = s.document_id",
        _columns("""
            issue_id | s.id | 问题编号 | id of the issue
            document | s.document | 文件 | name of the document
            document_id | s.document_id | 文件编号 | null where the document could not be stored
            region | d.region | 地区 | full name of the division
            level | s.level | 级别 | error, warning or info
            code | s.code | 代码 | what kind of thing was odd
            place | s."where" | 位置 | where in the document
            message | s.message | 说明 | in words
        """),
    ),
)


def drop(connection: sa.Connection) -> None:
    """Take all views away."""
    for view in VIEWS:
        connection.exec_driver_sql(f'DROP VIEW IF EXISTS "{view.name}"')


def make(connection: sa.Connection) -> None:
    """Make all views anew over the tables of the newest schema."""
    drop(connection)
    for view in VIEWS:
        connection.exec_driver_sql(statement(view, connection.dialect.name))


def statement(view: View, dialect: str) -> str:
    """The statement that makes a view on a database."""
    from schemas.tables import target

    review = "t.review" if "review" in target.c else "CAST(NULL AS VARCHAR(12))"
    task = "k.id" if view.name == "v_task" else "t.task_id"
    # sorted aggregates are younger than many an SQLite, which takes rows as they are stored, and they are stored in order
    join, by = ("SELECT STRING_AGG(", ", '、' ORDER BY l.position)") if dialect == "postgresql" else ("SELECT GROUP_CONCAT(", ", '、')")
    return view.sql.replace("{join}", join).replace("{by}", by).replace("{task}", task).replace("{review}", review)
