"""The colours as a style sheet: those of the reports, light and dark by the system or by choice."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from starlette.responses import Response

from pipeline.report.charts.draw import FONTS
from pipeline.report.colours import DARK, LIGHT, variables
from pipeline.web.render import environment

router = APIRouter()


@cache
def style() -> str:
    """The variables of both schemes."""
    return environment().get_template("theme.css").render(colours=variables(LIGHT, DARK), fonts=FONTS)


@router.get("/theme.css", include_in_schema=False)
def theme() -> Response:
    """The style sheet."""
    return Response(style(), media_type="text/css", headers={"Cache-Control": "max-age=3600"})
