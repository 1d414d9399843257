"""Tables of a page."""

from __future__ import annotations

from pipeline.layout.page import Fragment, Page, Run


def find_tables(page: Page) -> tuple[list[Fragment], list[Run]]:
    """The parts of tables that stand on a page, and the runs that belong to none."""
    return [], page.runs
