"""The first page: how much there is, what is new, what is due, what contradicts itself or has changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from pipeline import store
from pipeline.browse import home as browse
from pipeline.web import words
from pipeline.web.pages.start import command
from pipeline.web.render import language, page
from pipeline.web.reviewing import changes
from pipeline.web.state import Workbench, workbench
from pipeline.web.told import told

router = APIRouter(include_in_schema=False)
DUE, PAST, RUNS, NEW, CORRECTED = 8, 5, 20, 6, 5  # lines


@router.get("/")
def home(request: Request) -> Response:
    """The first page."""
    server, today, lang = workbench(request), date.today(), language(request)
    version = server.version()
    known = server.kept.get(("home", version, today), lambda: _known(server, today))
    with store.reading(server.engine) as connection:
        corrected = browse.corrections(connection, CORRECTED)
    empty = not known["counts"]["documents"] and not known["counts"]["failed"]
    for one in (*known["due"], *known["past"]):
        one["in_words"] = in_words(one["deadline_end"], today, lang)
    more = None if empty else told(server, lang)
    said: dict[str, Any] = {"told": more, "corrections": corrected, "plain": changes.shown, "command": command(server)}
    return page(request, "home.html", area="home", empty=empty, today=today, **said, **known)


def _known(server: Workbench, today: date) -> dict[str, Any]:
    """What is the same until the stored rows change, or the day."""
    runs = [run for run in store.read_runs(server.engine, limit=RUNS) if run["documents"]][:2]
    with store.reading(server.engine) as connection:
        new = []
        for run in runs:
            names = [name for _, name in run["report"].get("slowest", ())]
            found = browse.named(connection, names)
            new.append({name: run[name] for name in ("number", "started", "documents", "targets")} | {"found": found[:NEW]})
        return {
            "counts": browse.counts(connection),
            "due": browse.due(connection, today.isoformat(), DUE),
            "past": browse.past(connection, today.isoformat(), PAST),
            "new": new,
        }


def in_words(end: str, today: date, lang: str) -> str:
    """How far a day (ISO) is away: 今天, 还有 30 天, 已过 2 年."""
    try:
        days = (date.fromisoformat(end) - today).days
    except ValueError:
        return ""
    if days == 0:
        return words.say("home.today", lang)
    name, many = ("in" if days > 0 else "ago"), abs(days)
    unit, n = ("days", many) if many < 90 else ("months", round(many / 30.44)) if many < 730 else ("years", round(many / 365.25))
    return words.say(f"home.{name}_{unit}" if n != 1 else f"home.{name}_day", lang, n=n)
