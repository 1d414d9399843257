"""Parameters of lists. FastAPI reads their annotations, so these stand evaluated (no `annotations` from `__future__`)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query

from pipeline.browse import stored, targets, tasks

Kind = Literal["level", "count", "change", "rank", "grade", "qualitative", "milestone"]
Operator = Literal[">=", ">", "<=", "<", "=", "~", "range"]
Role = Literal["lead", "cooperate", "responsible", "implement", "data_source"]
Text = Annotated[str | None, Query(max_length=200, description="Only with this text in it, taken literally.")]
Year = Annotated[int | None, Query(ge=1900, le=2200, description="Only those whose deadline ends in the year.")]


@dataclass
class Paging:
    """Which page, and in what form."""

    limit: Annotated[int, Query(ge=1, le=1000, description="Lines of a page.")] = 100
    cursor: Annotated[str | None, Query(max_length=2000, description="The place behind the page before; take it from its `next`.")] = None
    count: Annotated[bool, Query(description="Also tell how many there are in all; this costs time on large databases.")] = False
    format: Annotated[Literal["json", "csv"] | None, Query(description="Form of the answer; else the Accept header decides.")] = None
    all: Annotated[bool, Query(description="With format=csv: the whole list, streamed.")] = False


@dataclass
class TargetFilters:
    """What targets are asked for."""

    document: Annotated[list[str] | None, Query(max_length=50, description="Only of documents: name or id; may be repeated.")] = None
    region: Annotated[list[str] | None, Query(max_length=50, description="Only of regions: name, code (GB/T 2260) or pinyin; may be repeated.")] = (
        None
    )
    indicator: Annotated[list[str] | None, Query(max_length=50, description="Only of indicators: id, name or alias, or a name as written.")] = None
    domain: Annotated[list[str] | None, Query(max_length=50, description="Only of indicators of a domain.")] = None
    kind: Annotated[list[Kind] | None, Query(description="Only of these kinds.")] = None
    operator: Annotated[list[Operator] | None, Query(description="Only with these operators.")] = None
    status: Annotated[list[Literal["target", "current"]] | None, Query(description="Targets, or what is the case now.")] = None
    deadline_from: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Due on this day or later.")] = None
    deadline_to: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Due on this day or before.")] = None
    year: Year = None
    confidence_min: Annotated[float | None, Query(ge=0, le=1, description="Only with at least this confidence.")] = None
    review: Annotated[Literal["accepted", "corrected", "added", "none"] | None, Query(description="What people said; none: nobody looked yet.")] = (
        None
    )
    q: Text = None
    sort: Annotated[
        Literal["document", "deadline", "-deadline", "confidence", "-confidence"],
        Query(description="document: by document and place in its text; a minus turns the order; without a deadline come last."),
    ] = "document"

    def asked(self) -> targets.Asked:
        """The question."""
        return targets.Asked(
            documents=tuple(self.document or ()),
            regions=tuple(self.region or ()),
            indicators=tuple(self.indicator or ()),
            domains=tuple(self.domain or ()),
            kinds=tuple(self.kind or ()),
            operators=tuple(self.operator or ()),
            statuses=tuple(self.status or ()),
            deadline_from=self.deadline_from,
            deadline_to=self.deadline_to,
            year=self.year,
            confidence_min=self.confidence_min,
            review=self.review,
            q=self.q,
            sort=self.sort,
        )


@dataclass
class TaskFilters:
    """What tasks are asked for."""

    document: Annotated[list[str] | None, Query(max_length=50, description="Only of documents: name or id; may be repeated.")] = None
    region: Annotated[list[str] | None, Query(max_length=50, description="Only of regions: name, code (GB/T 2260) or pinyin; may be repeated.")] = (
        None
    )
    body: Annotated[str | None, Query(max_length=200, description="Only those that a body answers for: its name as written, or its id.")] = None
    function: Annotated[str | None, Query(max_length=100, description="Only those of a government function: 生态环境.")] = None
    role: Annotated[Role | None, Query(description="In this role.")] = None
    year: Year = None
    q: Text = None

    def asked(self) -> tasks.Asked:
        """The question."""
        return tasks.Asked(tuple(self.document or ()), tuple(self.region or ()), self.body, self.function, self.role, self.year, self.q)


@dataclass
class DocumentFilters:
    """What documents are asked for."""

    region: Annotated[list[str] | None, Query(max_length=50, description="Only of regions: name, code (GB/T 2260) or pinyin; may be repeated.")] = (
        None
    )
    file_format: Annotated[str | None, Query(max_length=16, description="Only of files of a format: text, pdf, docx …")] = None
    draft: Annotated[bool | None, Query(description="Only drafts for comment, or none of them.")] = None
    q: Text = None

    def asked(self) -> stored.Asked:
        """The question."""
        return stored.Asked(tuple(self.region or ()), self.file_format, self.draft, self.q)
