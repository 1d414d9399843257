"""The fields of what is stored, as exports and the API name them: types, and what they say. Columns of CSV follow their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

DEADLINE = ("raw", "kind", "start", "end")
_TYPES = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "list": "array", "object": "object"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `needed` where it is never null."""

    name: str
    type: str
    needed: bool
    about: str


def _fields(text: str) -> tuple[Field, ...]:
    """Lines of `name type | about`; a type with ! is never null."""
    found = []
    for line in text.strip().splitlines():
        head, about = (part.strip() for part in line.split("|", 1))
        name, kind = head.split()
        found.append(Field(name, kind.rstrip("!"), kind.endswith("!"), about))
    return tuple(found)


LINES: dict[str, tuple[Field, ...]] = {
    "documents": _fields("""
        document string! | name of the document
        title string | title as the text gives it
        doc_number string | number of the document (文号)
        issuer string | who issued it
        region string | full name of the division
        issue_date string | day of issue
        publish_date string | day of publication
        period_start string | first year of the plan's period
        period_end string | last year of the plan's period
        draft boolean! | whether it is a draft for comment (征求意见稿)
        region_code string | GB/T 2260
        valid_until string | last day in force, where the text says so
        validity list! | what it says of validity, repeals and revisions
        given object! | what the list of sources says of it
        sha256 string! | of the bytes
        path string! | where it was read from
        format string! | format of the file
        rules_version string! | version of the rules that read it
        vocab_version string! | version of the vocabularies
        document_id string! | id in the database
        follows string | id of the standard's edition that the plan follows
        follows_reason string | what in the plan names that edition
        tasks integer! | number of its tasks
        targets integer! | number of its targets
    """),
    "tasks": _fields("""
        document string! | name of the document
        task string! | number path, unique in the document
        title string! | heading or first sentence
        lead list! | bodies that lead, as written
        cooperate list! | bodies that assist
        responsible list! | bodies that are responsible
        implement list! | bodies that carry it out locally
        data_source list! | bodies that give the data
        deadline object | raw, kind, start, end; null without one of its own
        functions object! | role → function of each body in the role
        id string! | id in the database
        document_id string! | id of the document
    """),
    "targets": _fields("""
        document string! | name of the document
        id string! | number in the document (T001), in the order of the text
        task string | number path of its task
        indicator string! | the indicator's name as written
        scope string | where or to what it holds, as written
        kind string! | level, count, change, rank, grade, qualitative, milestone
        operator string | >=, >, <=, <, =, ~, range; null without a number
        value number | the number as parsed
        value_max number | of a range
        value_text string! | number and unit, or the state, as written
        unit string | as written
        change_direction string | increase or decrease
        baseline string | what a change is measured from
        deadline object | raw, kind, start, end
        status string! | target or current
        quote string! | the source text
        start integer! | first character of the quote in the document's text
        end integer! | behind its last character
        file string | of a plan of several files
        page integer | page of the value
        line integer | line of the value
        table integer | table of the value
        row integer | row of the value
        column integer | column of the value
        sheet string | sheet of the value
        cell string | cell of the value
        box list | left, top, right, bottom on the page
        value_start integer | first character of the value
        value_end integer | behind its last character
        strength string | 约束性, 预期性, 力争 …
        act string | what is to be done
        indicator_id string | canonical indicator; null for a name that the vocabulary does not know
        indicator_rule string | how the name was found in the vocabulary
        canonical_value number | in the canonical unit
        canonical_value_max number | of a range
        canonical_unit string | base unit of the dimension
        dimension string | ratio, area, mass/volume …
        unit_rule string | how the unit was converted
        rule string! | rule that found it
        confidence number! | how likely the record is right, 0 to 1
        readers string! | both, differs, rules or unread
        review string | accepted, corrected or added by a person; null: nobody looked
        second object | what the second reader read, where it differs
        target_id string! | id in the database
        document_id string! | id of the document
        task_id string | id of the task
        region string | full name of the document's division
        region_code string | GB/T 2260
        indicator_name string | canonical name
        domain string | domain of the indicator
    """),
    "evidence": _fields("""
        id string! | id in the database
        document_id string! | id of the document
        row_table string! | what it is evidence of: target, task, task_body or document
        row_id string! | id of that row
        slot string! | field that was read there: indicator, value, unit, deadline, quote …
        position integer! | order of the pieces of one field
        block integer! | block of the document
        start integer! | first character in the document's text
        end integer! | behind the last character
        file string | of a plan of several files
        page integer | page
        box list | left, top, right, bottom on the page
        line integer | line
        table integer | table
        row integer | row
        column integer | column
        sheet string | sheet
        cell string | cell
        text string! | the characters themselves
    """),
    "issues": _fields("""
        id string! | id in the database
        document_id string | id of the document; null where it could not be stored
        document string! | name of the document
        level string! | error, warning or info
        code string! | what kind of thing was odd
        where string! | where in the document
        message string! | in words
    """),
    "coverage": _fields("""
        document string! | name of the document
        where string! | number path
        reason string! | why a number gave no target
        text string! | the characters
        start integer! | first character in the document's text
        end integer! | behind the last character
        explanation string! | the reason in words
        proposals list! | what the second reader proposes for it
        id string! | id in the database
        document_id string! | id of the document
    """),
    "validity": _fields("""
        kind string! | valid, repeals, status, revises or extends
        value string | what is said
        date_start string | first day
        date_end string | last day
        term string | length
        basis string | what a term counts from
        title string | the other document's title
        doc_number string | the other document's number
        rule string! | rule that found it
        raw string! | as written
        start integer! | first character in the document's text
        end integer! | behind the last character
    """),
    "bodies": _fields("""
        id string! | id in the database
        name string! | name as normalised
        function string | government functions, joined with 、
        function_ids string | their ids
        kind string | department, government, party …
        level string | national, province, city, county …
        region_code string | GB/T 2260
        seat_code string | division where it has its seat
        members string | of a name for several bodies
        reason string | why it has no function
        tasks integer! | number of tasks that name it
    """),
    "indicators": _fields("""
        id string! | id in the vocabulary
        name string! | canonical name
        domain string | domain
        unit string | official unit
        direction string | higher_better, lower_better or none
        dimension string | ratio, area …
        statistic string | annual, cumulative, average, increment or stock
        denominator string | what a share is of
        aliases list! | names that measure the same
        weak list! | names that do so only where the unit fits
        targets integer! | number of its stored targets
    """),
    "regions": _fields("""
        code string! | GB/T 2260
        name string! | full name
        short string! | short name
        pinyin string! | without tones
        parent string | code of the division above
        valid_from string | first day
        valid_to string | last day
        documents integer! | number of its stored documents
    """),
    "standards": _fields("""
        id string! | id of the edition
        title string! | title
        doc_number string | number
        year integer | year of the edition
        thresholds list! | what it demands: indicator_id, condition, operator, value, unit, certainty, source
    """),
    "runs": _fields("""
        id string! | id of the run
        started string! | ISO 8601, UTC
        seconds number! | how long it took
        documents integer! | documents that it stored
        tasks integer! | tasks that it stored
        targets integer! | targets that it stored
        failed integer! | documents that failed
        versions string! | versions of parser, rules and vocabularies
        number integer! | counts runs
        status string! | running, done, stopped or killed
        finished string | ISO 8601, UTC
        changed boolean | whether what is stored changed; null until the run has ended
    """),
}


def columns(kind: str) -> list[str]:
    """Columns of CSV of a kind of line: a deadline has four."""
    found: list[str] = []
    for field in LINES[kind]:
        found += [f"deadline_{part}" for part in DEADLINE] if field.name == "deadline" else [field.name]
    return found


def schema(kind: str) -> dict[str, Any]:
    """JSON Schema of a line of a kind."""
    return {
        "type": "object",
        "properties": {field.name: _typed(field) for field in LINES[kind]},
        "required": [field.name for field in LINES[kind] if field.name != "review"],
    }


def _typed(field: Field) -> dict[str, Any]:
    kind = _TYPES[field.type]
    said: dict[str, Any] = {"type": kind if field.needed else [kind, "null"], "description": field.about}
    if field.name == "deadline":
        said["properties"] = {part: {"type": ["string", "null"]} for part in DEADLINE}
    return said
