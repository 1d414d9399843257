"""Pages from templates: escaped, in the reader's language, under a policy that lets nothing of another origin in."""

from __future__ import annotations

import re
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pipeline.browse.wording import shown
from pipeline.report import grid
from pipeline.report import words as report_words
from pipeline.report.lines import CONTROL
from pipeline.web import words
from pipeline.web.people import Person, Role
from schemas.regions import data_date

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")  # would turn the direction of what stands around them
# what the navigation shows: name of the page (and of its word), address, least role
PAGES: tuple[tuple[str, str, Role], ...] = (
    ("home", "/", "reader"),
    ("compare", "/compare", "reader"),
    ("documents", "/documents", "reader"),
    ("search", "/search", "reader"),
    ("review", "/review", "reader"),
    ("runs", "/runs", "reader"),
    ("api", "/api", "reader"),
)


@cache
def environment() -> Environment:
    """The templates; everything is escaped, what no HTML may hold is dropped, what would turn the text is shown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def printable(value: Any) -> Any:
        return TURNING.sub("\ufffd", CONTROL.sub("", value)) if type(value) is str else value

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language(request: Request) -> str:
    """The language of a request: `?lang=`, else what was chosen before, else what the browser asks for; Chinese where it says neither."""
    asked = request.query_params.get("lang") or request.cookies.get("zhibiao_lang")
    if asked in words.LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in words.LANGUAGES:
            return tag
    return "zh"


def page(request: Request, template: str, /, area: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page. `area` names its entry in the navigation, and its style and script (`static/<area>.css`, `.js`) where there are such files.

    Templates know `say('area.name')`, `lang`, `person`, `csrf`, `link(**changes)` (this address with other parameters), `report_say`, `worded`,
    `tone`, `when`.
    """
    lang = language(request)
    person: Person = request.state.person
    known = {
        "request": request,
        "lang": lang,
        "area": area,
        "pages": [(name, address) for name, address, role in PAGES if person.may(role)],
        "person": person,
        "csrf": request.state.csrf,
        "say": partial(_say, lang=lang),
        "report_say": partial(_report_say, lang=lang),
        "worded": partial(_worded, lang=lang),
        "tone": report_words.tone,
        "when": partial(grid.when, lang=lang),
        "target_shown": shown,
        "link": partial(link, request),
        "version": version("zhibiao"),
        "divisions": data_date(),
        "asset": asset,
        "has_asset": has_asset,
    }
    made = environment().get_template(template).render({**known, **values})
    response = HTMLResponse(made, status_code=status)
    if request.query_params.get("lang") in words.LANGUAGES:
        response.set_cookie("zhibiao_lang", lang, max_age=31_536_000, samesite="lax", httponly=True)
    return response


def _say(name: str, /, lang: str, **values: object) -> str:
    return words.say(name, lang, **values)


def _report_say(name: str, /, lang: str, **values: object) -> str:
    return report_words.say(name, lang, **values)


def _worded(table: str, column: str, value: Any, lang: str) -> Any:
    return report_words.worded(table, column, value, lang)


def link(request: Request, /, **changes: Any) -> str:
    """The address of a request with some parameters changed; None takes one away, a list repeats it."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes and name != "lang"]
    for name, value in changes.items():
        kept += [(name, str(one)) for one in (value if isinstance(value, list | tuple) else [value]) if one is not None]
    return request.url.path + ("?" + urlencode(kept) if kept else "")


@cache
def _version(name: str) -> str:
    import hashlib

    return hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a file of `static/`; its version in it lets browsers keep it for good."""
    return f"/static/{name}?v={_version(name)}"


@cache
def has_asset(name: str) -> bool:
    """Whether there is such a file of `static/`."""
    return (HERE / "static" / name).is_file()
