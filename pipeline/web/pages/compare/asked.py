"""What the page is asked for: all of a view stands in its address, and two addresses of one view are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal, cast
from urllib.parse import urlencode

from pipeline.compare import Options
from pipeline.report.lines import CONTROL

VIEWS = ("matrix", "findings", "standards", "changes", "load", "leads", "timeline", "plans", "charts")
CHARTS = ("values", "timeline", "editions")
BY = ("region", "document", "year")
SORTS = ("regions", "name", "distance")
ONLY = ("shared", "comparable", "differing")
EXTRAS = ("deadline", "scope", "lead", "document", "rank")
USUAL = ("deadline", "scope", "rank")  # lines that cells show where none are chosen
OF_COLUMN = "@"  # before the name of a column by whose values rows are sorted
_MOST, _LONGEST = 400, 200  # values of one parameter, characters of a value


@dataclass(frozen=True, slots=True)
class View:
    """The parameters of an address under their names in it. `problems`: (parameter, value) that could not be understood and do not count."""

    view: str = "matrix"
    chart: str = "values"
    region: tuple[str, ...] = ()
    by: str = "region"
    indicator: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    year: tuple[int, ...] = ()
    function: tuple[str, ...] = ()
    standard: str = ""
    sort: str = ""
    order: str = "asc"
    only: str = ""
    find: str = ""
    columns: tuple[str, ...] = USUAL
    hide: tuple[str, ...] = ()
    kind: str = ""
    group: bool = False
    all_documents: bool = False
    any_year: bool = False
    as_of: str = ""
    page: int = 1
    across: int = 1
    open: str = ""
    large: bool = False
    problems: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @property
    def day(self) -> date:
        """The day on which deadlines and validity are judged."""
        return date.fromisoformat(self.as_of) if self.as_of else date.today()

    @property
    def column(self) -> str | None:
        """The column of the matrix by whose values its rows are sorted."""
        return self.sort[1:] if self.sort.startswith(OF_COLUMN) else None

    def options(self, lang: str, tables: Sequence[str]) -> Options:
        """What the comparison is asked for."""
        return Options(
            regions=self.region,
            by=cast(Literal["region", "document", "year"], self.by),
            indicators=self.indicator,
            domains=self.domain,
            years=self.year,
            functions=self.function,
            standard=self.standard or None,
            sort=cast(Literal["regions", "name", "distance"], self.sort if self.view == "matrix" and self.sort in SORTS else "regions"),
            all_documents=self.all_documents,
            any_year=self.any_year,
            as_of=self.day,
            lang="en" if lang == "en" else "zh",
            tables=tuple(tables),
            contexts=False,
        )

    def query(self) -> list[tuple[str, str]]:
        """The parameters that are not as usual, in a fixed order."""
        found: list[tuple[str, str]] = []
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "problems" or value == one.default:
                continue
            if isinstance(value, tuple):
                found += [(one.name, str(item)) for item in value] or [(one.name, "value")]
            else:
                found.append((one.name, "1" if value is True else str(value)))
        return found

    def address(self, path: str = "/compare", **changes: Any) -> str:
        """The address of this view with some parameters changed: `view.address(region=("枣阳市",))`."""
        wanted: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
        made = replace(self, **wanted)
        query = urlencode(made.query())
        return path + ("?" + query if query else "")

    def tab(self, view: str) -> str:
        """The address of another table of the same comparison."""
        return self.address(view=view, sort="", order="asc", page=1, across=1, open="", kind="")


def parse(items: Sequence[tuple[str, str]]) -> View:
    """The view of an address. What cannot be understood is left out and named in `problems`; unknown parameters do not count."""
    given: dict[str, list[str]] = {}
    for name, value in items:
        cleaned = CONTROL.sub("", value).strip()[:_LONGEST]
        if cleaned and len(given.setdefault(name, [])) < _MOST:
            given[name].append(cleaned)
    found: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for name, read in _READ.items():
        if name not in given:
            continue
        try:
            found[name] = read(given[name])
        except ValueError:
            problems.append((name, "、".join(given[name])))
    return View(**found, problems=tuple(problems))


def _words(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _one_of(allowed: Sequence[str]) -> Callable[[list[str]], str]:
    def read(values: list[str]) -> str:
        if values[-1] not in allowed:
            raise ValueError
        return values[-1]

    return read


def _last(values: list[str]) -> str:
    return values[-1]


def _flag(values: list[str]) -> bool:
    return values[-1].lower() not in ("0", "no", "false", "off")


def _years(values: list[str]) -> tuple[int, ...]:
    found = tuple(dict.fromkeys(int(value) for value in values))
    if any(not 1900 <= year <= 2199 for year in found):
        raise ValueError
    return found


def _number(values: list[str]) -> int:
    if not 1 <= (number := int(values[-1])) <= 1_000_000:
        raise ValueError
    return number


def _day(values: list[str]) -> str:
    day = date.fromisoformat(values[-1])
    if not 1990 <= day.year <= 2199:
        raise ValueError
    return day.isoformat()


def _extras(values: list[str]) -> tuple[str, ...]:
    return tuple(name for name in EXTRAS if name in values)


_READ: dict[str, Callable[[list[str]], Any]] = {
    "view": _one_of(VIEWS),
    "chart": _one_of(CHARTS),
    "region": _words,
    "by": _one_of(BY),
    "indicator": _words,
    "domain": _words,
    "year": _years,
    "function": _words,
    "standard": _last,
    "sort": _last,
    "order": _one_of(("asc", "desc")),
    "only": _one_of(ONLY),
    "find": _last,
    "columns": _extras,
    "hide": _words,
    "kind": _last,
    "group": _flag,
    "all_documents": _flag,
    "any_year": _flag,
    "as_of": _day,
    "page": _number,
    "across": _number,
    "open": _last,
    "large": _flag,
}
