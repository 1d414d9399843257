"""Every page over a database whose free texts are markup, and with hostile parameters: nothing of it becomes an element, nothing fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from pipeline.web import Settings, create_app
from tests.web.test_roles import walk

MARK = "hostile"
MARKUP = f"""'"><img src=x onerror=alert(1) class={MARK}><script class={MARK}>alert(1)</script></title></textarea>{{{{7*7}}}}-->"""
# free texts of the tables; codes and ids are not from documents
TEXTS = {
    "body": ("name", "function", "reason"),
    "indicator": ("name", "domain"),
    "region": ("short",),
    "standard": ("title", "doc_number"),
    "standard_threshold": ("condition", "source", "unit"),
    "coverage": ("text", "where"),
    "evidence": ("text", "file", "sheet", "cell"),
    "issue": ("document", "message", "where", "code"),
    "segment": ("path", "headings"),
    "task": ("path", "title", "deadline_raw"),
    "target": (
        "indicator",
        "scope",
        "value_text",
        "unit",
        "baseline",
        "deadline_raw",
        "quote",
        "strength",
        "act",
        "rule",
        "indicator_rule",
        "unit_rule",
    ),
    "task_body": ("text", "rule"),
    "document": ("name", "path", "title", "doc_number", "issuer", "region", "source", "parser_version", "rules_version"),
    "source": ("location", "name", "message", "code"),
    "run": ("host", "versions"),
}
VALUES = (
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "\0",
    "😀" * 5,
    MARKUP,
    "9" * 40,
    "-1",
    "NaN",
    "1e999",
    "x" * 4000,
    '" NEAR("',
    "a* OR b AND (",
    "../../etc/passwd",
    "\u202e\ud800".encode("utf-8", "replace").decode(),
    "(a+)+$",
    "٣",
)

FEW = (MARKUP,)  # asked of every page in make test; the others in make soak
PAGES = 400 if os.environ.get("ZHIBIAO_SOAK") else 120


@pytest.fixture(scope="module")
def poisoned(filled: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("poisoned")
    shutil.copy(filled / "zhibiao.db", folder / "zhibiao.db")
    create_app(Settings(f"sqlite:///{folder}/zhibiao.db", folder))
    with sqlite3.connect(folder / "zhibiao.db") as database:
        for table, columns in TEXTS.items():
            there = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
            for column in set(columns) & there:
                database.execute(f'UPDATE {table} SET "{column}" = ? || coalesce("{column}", \'\')', (MARKUP,))
        for number, (text,) in enumerate(database.execute("SELECT text FROM document").fetchall()):
            made = text
            for at in range(200, len(text) - 400, 900):  # as long as before, so that places stay
                made = made[:at] + MARKUP + made[at + len(MARKUP) :]
            database.execute("UPDATE document SET text = ?, given = ? WHERE text = ?", (made, json.dumps({"title": MARKUP, MARKUP: MARKUP}), text))
            assert len(made) == len(text) and number < 5
    return folder


@pytest.fixture(scope="module")
def victim(poisoned: Path):
    settings = Settings(f"sqlite:///{poisoned}/zhibiao.db", poisoned)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}, follow_redirects=False) as client:
        yield client


def ids(folder: Path) -> dict[str, list[str]]:
    """Some ids of every kind that stands in addresses."""
    with sqlite3.connect(folder / "zhibiao.db") as database:
        tables = ("document", "target", "task", "evidence", "body", "indicator")
        found = {f"{table}_id": [row[0] for row in database.execute(f"SELECT id FROM {table} LIMIT 5")] for table in tables}
    return found | {"number": ["1"], "number:int": ["1"], "identity": found["evidence_id"] + found["target_id"], "job_id": ["x"]}


def addresses(client: TestClient, known: dict[str, list[str]]) -> list[str]:
    """The address of every page, with ids that are there."""
    found = []
    for route in sorted(set(walk(client.app.routes))):
        method, path = route.split()
        if method == "GET" and path != "/static":
            names = re.findall(r"\{([^}]+)\}", path)
            some = known.get(names[0], ["x"])[:3] if names else [""]
            found += [re.sub(r"\{[^}]+\}", "1", path.replace("{" + names[0] + "}", one) if names else path) for one in some]
    return found


def wrong(address: str, answer) -> list[str]:
    """What of an answer came from a document and should not be there."""
    if answer.status_code >= 500:
        return [f"{address}: {answer.status_code}"]
    if "html" not in answer.headers.get("content-type", ""):
        return [] if "nosniff" in answer.headers["x-content-type-options"] else [f"{address}: sniffed"]
    tree, found = LexborHTMLParser(answer.text), []
    for node in tree.css("*"):
        own = node.attributes
        if MARK in (own.get("class") or "").split() or any(name.startswith("on") or "alert" in name for name in own):
            found.append(f"{address}: <{node.tag} {own}>")
        leads = [own.get(name) or "" for name in ("href", "src", "action", "formaction")]
        found += [f"{address}: {one!r}" for one in leads if one.strip().lower().startswith(("javascript:", "data:text", "//", "http"))]
        if "style" in own or (node.tag == "script" and not own.get("src") and own.get("type") != "application/json"):
            found.append(f"{address}: inline {node.tag} {node.text()[:60]}")
    if "{{" not in answer.text and "49--" in answer.text:
        found.append(f"{address}: a template ran")
    return found


def test_pages_of_hostile_documents(victim, poisoned):
    """From every page over all links, up to so many pages."""
    waiting, seen, found = addresses(victim, ids(poisoned)), set(), []
    hostile = 0
    while waiting and len(seen) < PAGES:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = victim.get(address)
        hostile += "onerror" in answer.text if "html" in answer.headers.get("content-type", "") else 0
        found += wrong(address, answer)
        if "html" in answer.headers.get("content-type", ""):
            links = [urljoin(address, node.attributes.get("href") or "") for node in LexborHTMLParser(answer.text).css("a[href]")]
            waiting += [link for link in links if not urlsplit(link).netloc and link.split("#")[0] not in seen][:12]
    assert hostile > 20, "the markup is not even shown"
    assert not found, "\n".join(found[:40])


def test_names_in_headers(victim, poisoned):
    """Names of documents in Content-Disposition break no line and end no quotation."""
    for address in addresses(victim, ids(poisoned)):
        given = victim.get(address).headers.get("content-disposition", "")
        assert not re.search(r"[\r\n\0]|filename=[^;]*[<>].*;.*filename=", given), given


def parameters() -> list[str]:
    """Names of parameters that the pages and the interface read."""
    found: set[str] = set()
    for path in (Path(__file__).parents[2] / "pipeline" / "web").rglob("*.py"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r"""(?:get|getlist|multi|pop)\(\s*"(\w+)\"""", text)) | set(re.findall(r"(\w+): Annotated\[[^\n]*Query", text))
    for path in (Path(__file__).parents[2] / "pipeline" / "web" / "templates").rglob("*.html"):
        found |= set(re.findall(r'<(?:input|select|button)[^>]*\bname="(\w+)"', path.read_text("utf-8")))
    return sorted(name for name in found if len(name) < 24 and name != "lang")


@pytest.mark.parametrize("value", [value if value in FEW else pytest.param(value, marks=pytest.mark.soak) for value in VALUES])
def test_hostile_parameters(victim, poisoned, value):
    """No parameter of any page makes a fault, whatever stands in it."""
    names, known = parameters(), {name: found[:1] for name, found in ids(poisoned).items()}
    assert len(names) > 20
    found = []
    for address in addresses(victim, known):
        for asked in (dict.fromkeys(names, value[:60]), {"q": value}, {"document": value, "page": "1"}):
            answer = victim.get(address, params=asked)
            found += wrong(f"{address} {list(asked)[:3]} {value[:20]!r}", answer)
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize(
    "value", ["..%2f..%2fzhibiao.db", "%2e%2e", "..\\x", "%00", "' OR '1'='1", "%F0%9F%98%80", "x" * 3000, "1" * 40, "-1", "%25", "%ff"]
)
def test_hostile_ids(victim, value):
    """No id that is not there finds anything, and none makes a fault."""
    for route in sorted(set(walk(victim.app.routes))):
        method, path = route.split()
        if method == "GET" and "{" in path:
            answer = victim.get(re.sub(r"\{[^}]+\}", lambda _: value, path))
            assert answer.status_code in (303, 400, 404, 405, 410, 414, 422) or answer.json()["items"] == [], (
                path,
                value,
                answer.status_code,
                answer.text[:200],
            )
