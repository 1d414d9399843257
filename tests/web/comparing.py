"""What the tests of the page that compares share: reading pages, and what the command gives for the same options."""

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from pipeline.compare import Options, compare
from pipeline.report import grid, lines

REGIONS = ("驻马店市", "枣阳市", "陇南市")


def page(client: TestClient, query: str = "", status: int = 200) -> LexborHTMLParser:
    answer = client.get(f"/compare{query}")
    assert answer.status_code == status, answer.text[:600]
    return LexborHTMLParser(answer.text)


def texts(parsed: LexborHTMLParser, selector: str) -> list[str]:
    return [node.text(strip=True) for node in parsed.css(selector)]


def rows_of(client: TestClient, query: str) -> list[str]:
    """The indicators of all pages of the matrix, in order."""
    found: list[str] = []
    number = 1
    while True:
        parsed = page(client, f"?{query}&page={number}")
        found += texts(parsed, "table.matrix tbody tr:not(.group) > th > a")
        if not parsed.css("a[rel=next]"):
            return found
        number += 1


def expected(client: TestClient, **asked: object) -> grid.Grid:
    """The matrix that the command gives for the same options."""
    result = compare(client.app.state.workbench.engine, Options(tables=("matrix",), contexts=False, **asked))
    return grid.read(result, lines.read(result, "matrix"))
