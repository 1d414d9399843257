"""Every route of the application, and who may call it. A route that is not in ROUTES fails the test."""

from __future__ import annotations

import dataclasses
import re

import pytest
from starlette.testclient import TestClient

from pipeline.web import changing, create_app
from pipeline.web.accounts import Accounts
from pipeline.web.people import ROLES

PASSWORD = "correct horse battery"
OPEN = {"GET /login", "POST /login", "GET /health", "GET /theme.css", "GET /static"}
READ = "/api/"  # what is under it is read by readers
# least role of every other route
ROUTES = {
    "GET /": "reader",
    "POST /logout": "reader",
    "GET /account": "reader",
    "POST /account/password": "reader",
    "POST /account/sessions": "reader",
    "POST /account/tokens": "reader",
    "POST /account/tokens/{token}/revoke": "reader",
    "GET /account/users": "admin",
    "POST /account/users/add": "admin",
    "POST /account/users/role": "admin",
    "POST /account/users/disable": "admin",
    "POST /account/users/enable": "admin",
    "POST /account/users/password": "admin",
    "POST /account/users/remove": "admin",
    "GET /compare": "reader",
    "GET /compare.csv": "reader",
    "GET /compare.png": "reader",
    "GET /compare.xlsx": "reader",
    "GET /compare/charts.json": "reader",
    "GET /compare/evidence/{identity}": "reader",
    "GET /compare/indicators": "reader",
    "GET /compare/regions": "reader",
    "GET /documents": "reader",
    "POST /documents/again": "admin",
    "GET /documents/{document_id}": "reader",
    "POST /documents/{document_id}/again": "reviewer",
    "GET /documents/{document_id}/file": "reader",
    "GET /documents/{document_id}/pages/{number}.png": "reader",
    "GET /documents/{document_id}/quality": "reader",
    "GET /search": "reader",
    "GET /upload": "reviewer",
    "POST /upload": "reviewer",
    "GET /jobs/{job_id}": "reader",
    "GET /jobs/{job_id}.json": "reader",
    "POST /jobs/{job_id}/cancel": "reviewer",
    "POST /jobs/{job_id}/restart": "reviewer",
    "GET /runs": "reader",
    "GET /runs/{number:int}": "reader",
    "GET /review": "reader",
    "GET /review/export/{name}": "reviewer",
    "GET /review/item": "reader",
    "GET /review/parse": "reader",
    "GET /review/progress": "reader",
    "GET /review/suggest": "reader",
    "POST /review/decide": "reviewer",
    "GET /api": "reader",
    "POST /api/v1/corrections": "reviewer",
    "POST /api/v1/documents": "reviewer",
}


def walk(routes, before=""):
    """`METHOD path` of every route, also of included routers and mounts."""
    for route in routes:
        path = before + getattr(route, "path", "")
        methods = getattr(route, "methods", None)
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from walk(inner.routes, before + getattr(getattr(route, "include_context", None), "prefix", ""))
        elif methods is None:
            yield f"GET {path}"
        else:
            yield from (f"{method} {path}" for method in methods - {"HEAD", "OPTIONS"})


@pytest.fixture
def guarded(settings):
    """An application with an account of each role, the clients logged in."""
    accounts = Accounts(settings.accounts_file)
    for role in reversed(ROLES):
        accounts.change(lambda people, role=role: changing.adding(people, role, role, PASSWORD))
    return create_app(settings)


def least(found):
    """The least role of every route: those of the interface that only read are for readers."""
    return ROUTES | {route: "reader" for route in found if route.startswith(f"GET {READ}")}


def browser(application, name=None):
    client = TestClient(application, base_url="http://127.0.0.1:8765", headers={"accept": "text/html"}, follow_redirects=False)
    if name:
        client.get("/login")
        answer = client.post("/login", data={"name": name, "password": PASSWORD, "csrf": client.cookies["zhibiao_csrf"]})
        assert answer.status_code == 303, answer.text
        fresh(application, client)
    return client


def fresh(application, client):
    """Send the token of the session that the client has now."""
    client.headers["X-CSRF-Token"] = application.state.gate.sessions.find(client.cookies["zhibiao_session"]).csrf


def test_every_route_is_classified(settings):
    found = set(walk(create_app(settings).routes))
    assert found - OPEN - set(least(found)) == set(), "who may call these? add them to ROUTES"
    assert set(ROUTES) - found == set()


def test_every_route_by_every_role(guarded):
    """Nobody gets nowhere; a role below gets 403; a role that may gets neither."""
    for name in (None, *ROLES):
        client = browser(guarded, name)
        for route, role in sorted(least(walk(guarded.routes)).items()):
            if route == "POST /logout" or ("{p" in route and "png" in route):
                continue
            method, path = route.split()
            for part in re.findall(r"\{[^}]*\}", path):
                path = path.replace(part, "1")
            if name:
                fresh(guarded, client)
            answer = client.request(method, path)
            told = f"{name} {route}: {answer.status_code} {answer.text[:300]}"
            if name is None:
                page = method == "GET" and not path.startswith("/api/")
                assert answer.status_code == (303 if page else 401), told
                assert not page or answer.headers["location"].startswith("/login?next="), told
            elif ROLES.index(name) < ROLES.index(role):
                assert answer.status_code == 403, told
            else:
                assert answer.status_code not in (401, 403, 500), told


def test_the_navigation_shows_what_the_role_may(guarded):
    assert "<nav" not in browser(guarded).get("/login").text
    for role in ROLES:
        assert "<nav" in browser(guarded, role).get("/account").text


def test_unknown_addresses_say_nothing_to_strangers(guarded):
    client = browser(guarded)
    assert client.get("/nothing").status_code == client.get("/").status_code == 303
    assert client.get("/api/v1/nothing").status_code == 401
    assert client.get("/static/../../accounts.json").status_code in (303, 404)


def test_roles_count_at_once(guarded, settings):
    accounts, client = Accounts(settings.accounts_file), browser(guarded, "reader")
    assert client.get("/account").status_code == 200
    accounts.change(lambda people: changing.altering(people, "reader", role="admin"))
    assert client.get("/account/users").status_code == 200
    accounts.change(lambda people: changing.altering(people, "reader", disabled=True))
    assert client.get("/account").status_code == 303
    accounts.change(lambda people: changing.altering(people, "reader", disabled=False))
    accounts.change(lambda people: changing.removing(people, "reader"))
    assert client.get("/account").status_code == 303


def test_losing_the_accounts_opens_nothing(guarded, settings):
    client = browser(guarded, "reader")
    text = settings.accounts_file.read_text()
    settings.accounts_file.unlink()
    assert client.get("/").status_code == 503
    settings.accounts_file.write_text(text)
    assert client.get("/").status_code == 503  # others can read it now
    settings.accounts_file.chmod(0o600)
    assert client.get("/").status_code == 200
    assert client.get("/health").status_code == 200


def test_a_shared_server_without_accounts_is_closed(settings):
    shared = dataclasses.replace(settings, host="0.0.0.0")
    assert browser(create_app(shared)).get("/", headers={"host": "192.0.2.7"}).status_code == 503
