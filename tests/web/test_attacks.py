"""The guard as an attacker meets it: other hosts and origins, forged forms, stolen sessions, sizes, faults."""

from __future__ import annotations

import dataclasses
import logging
import re
import time

import pytest
from starlette.testclient import TestClient

from pipeline.web import changing, create_app
from pipeline.web.accounts import Accounts
from pipeline.web.attempts import FREE
from pipeline.web.pages.login import local
from pipeline.web.sessions import IDLE
from tests.web.conftest import token
from tests.web.test_roles import PASSWORD, browser, guarded  # noqa: F401

JUMPS = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "///evil.example",
    "/\n/x",
    "",
)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1@evil.example", "127.0.0.1/x", "localhost.", "[::1", "127.0.0.1:8765:1", "a b", "127.0.0.1:x"]
)
def test_hosts(client, host):
    answer = client.get("/", headers={"host": host, "x-forwarded-host": "127.0.0.1"})
    assert answer.status_code == 421 and answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("forwarded", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_in_front_of_a_server_without_accounts_opens_nothing(client, forwarded):
    assert client.get("/", headers={forwarded: "192.0.2.1"}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1:8765.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_changes_from_elsewhere_are_refused_even_with_the_token(client, headers):
    ours = token(client)
    assert client.post("/nothing", headers=ours | {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}).status_code == 404
    assert client.post("/nothing", headers=ours | headers).status_code == 403
    assert client.post("/nothing", headers={"authorization": "Bearer local"} | headers).status_code == 403


def test_other_pages_can_link_here_but_embed_nothing(client):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=link).status_code == 200
    for use in (
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
    ):
        answer = client.get("/", headers=link | use)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    preflight = client.options("/api/v1/corrections", headers={"origin": "http://evil.example", "access-control-request-method": "POST"})
    assert not any(name.startswith("access-control") for name in preflight.headers)


def test_forms_bring_the_token_json_brings_the_header(client):
    csrf = token(client)["X-CSRF-Token"]
    assert client.post("/nothing", data={"csrf": csrf}).status_code == 404
    assert client.post("/nothing", data={"csrf": csrf[:-1]}).status_code == 403
    assert client.post("/nothing", json={"csrf": csrf}).status_code == 403
    assert client.post("/nothing?csrf=" + csrf).status_code == 403  # never in an address
    assert client.post("/nothing", content=f'{{"csrf": "{csrf}"}}', headers={"content-type": "text/plain"}).status_code == 403
    assert client.post("/nothing", files={"csrf": (None, csrf), "file": ("a.txt", b"x" * 100_000)}).status_code == 404
    assert client.post("/nothing", files={"file": ("a.txt", b"x" * 100_000), "csrf": (None, csrf)}).status_code == 403
    assert client.post("/nothing", files={"csrf": ("a.txt", csrf)}).status_code == 403


@pytest.mark.parametrize("value", ["", "x", "a" * 43 + "\n", "a" * 44, "é" * 43])
def test_a_planted_cookie_of_another_form_counts_as_none(client, value):
    answer = client.post("/nothing", headers={"cookie": f"zhibiao_csrf={value}".encode(), "x-csrf-token": value.encode()})
    assert answer.status_code in (400, 403)


def test_a_form_that_is_replayed_reaches_the_handler(guarded):  # noqa: F811
    client = browser(guarded)
    client.get("/login")
    csrf = client.cookies["zhibiao_csrf"]
    padding = {f"x{n}": "y" * 1000 for n in range(100)}
    assert client.post("/login", data={**padding, "csrf": csrf, "name": "reader", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("next", JUMPS)
def test_after_the_login_only_our_own_pages(guarded, next):  # noqa: F811
    assert local(next) == "/"
    client = browser(guarded)
    client.get("/login", params={"next": next})
    data = {"name": "reader", "password": PASSWORD, "csrf": client.cookies["zhibiao_csrf"], "next": next}
    assert client.post("/login", data=data).headers["location"] == "/"
    assert client.get("/login", params={"next": next}).headers["location"] == "/"


def test_after_the_login_the_page_that_was_asked_for(guarded):  # noqa: F811
    client = browser(guarded)
    answer = client.get("/search?q=绿色&x=1")
    form = client.get(answer.headers["location"]).text
    assert 'value="/search?q=%E7%BB%BF%E8%89%B2&amp;x=1"' in form


def test_sessions_get_new_ids_and_end(guarded):  # noqa: F811
    client = browser(guarded)
    client.cookies.set("zhibiao_session", "planted" * 6, domain="127.0.0.1")
    client.get("/login")
    data = {"name": "reader", "password": PASSWORD, "csrf": client.cookies["zhibiao_csrf"]}
    answer = client.post("/login", data=data)
    found = re.search("zhibiao_session=([^;]+); (.*)", answer.headers["set-cookie"])
    assert len(found[1]) == 43 and "planted" not in found[1] and "HttpOnly" in found[2] and "SameSite=lax" in found[2]
    stolen = TestClient(guarded, base_url="http://127.0.0.1:8765", cookies={"zhibiao_session": found[1]}, follow_redirects=False)
    assert stolen.get("/").status_code == 200
    csrf = guarded.state.gate.sessions.find(found[1]).csrf
    assert stolen.post("/logout", headers={"X-CSRF-Token": csrf}).status_code == 303
    assert stolen.get("/").status_code == 401


def test_sessions_expire(guarded):  # noqa: F811
    client, sessions = browser(guarded, "reader"), guarded.state.gate.sessions
    assert client.get("/").status_code == 200
    sessions.clock = lambda: time.monotonic() + IDLE + 1
    assert client.get("/").status_code == 303


def test_a_new_password_ends_the_other_sessions(guarded, settings):  # noqa: F811
    here, there = browser(guarded, "reader"), browser(guarded, "reader")
    data = {"old": PASSWORD, "new": "another good password", "again": "another good password"}
    assert here.post("/account/password", data={**data, "old": "wrong wrong wrong"}).status_code == 400
    assert there.get("/").status_code == 200
    assert here.post("/account/password", data=data).status_code == 303
    assert here.get("/").status_code == 200 and there.get("/").status_code == 303
    Accounts(settings.accounts_file).change(lambda people: changing.renewing(people, "reader", "a third good password"))
    assert here.get("/").status_code == 303


def test_cookies_behind_https(settings):
    Accounts(settings.accounts_file).change(lambda people: changing.adding(people, "a", "admin", PASSWORD))
    secure = TestClient(
        create_app(dataclasses.replace(settings, secure=True)), base_url="https://127.0.0.1", headers={"accept": "text/html"}, follow_redirects=False
    )
    answer = secure.get("/login")
    assert re.fullmatch(r"__Host-zhibiao_csrf=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", answer.headers["set-cookie"])
    assert answer.headers["strict-transport-security"]
    answer = secure.post("/login", data={"name": "a", "password": PASSWORD, "csrf": secure.cookies["__Host-zhibiao_csrf"]})
    assert "__Host-zhibiao_session=" in answer.headers["set-cookie"] and "Secure" in answer.headers["set-cookie"]


def test_guessing_is_slowed_down_and_says_nothing(guarded, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    client, answers = browser(guarded), []
    client.get("/login")
    for name in ("reader", "no-such-name"):
        for _ in range(FREE["both"][0] + 2):
            data = {"name": name, "password": "my secret guess", "csrf": client.cookies["zhibiao_csrf"]}
            answers.append(client.post("/login", data=data))
    codes = [answer.status_code for answer in answers]
    assert codes[: len(codes) // 2] == codes[len(codes) // 2 :] == [401] * (FREE["both"][0] + 1) + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[0].text.replace("reader", "") == answers[len(codes) // 2].text.replace("no-such-name", "")
    assert "my secret guess" not in caplog.text and "no-such-name" not in caplog.text


def test_unknown_names_take_as_long(guarded):  # noqa: F811
    def spent(name):
        took = []
        for n in range(3):
            began = time.process_time()
            assert guarded.state.gate.login(f"10.0.{n}.{len(name)}", name, "wrong wrong wrong") is None
            took.append(time.process_time() - began)
        return sorted(took)[1]

    known, unknown = spent("reader"), spent("nobody")
    assert unknown > known / 2 and known > unknown / 2


def test_tokens(guarded, settings):  # noqa: F811
    accounts, keys = Accounts(settings.accounts_file), []

    def change(people):
        people, key = changing.issuing(people, "admin", "tool", "reviewer")
        keys.append(key)
        return people

    accounts.change(change)
    tool = TestClient(guarded, base_url="http://127.0.0.1:8765", headers={"authorization": f"Bearer {keys[0]}"}, follow_redirects=False)
    assert tool.get("/").status_code == 200
    assert tool.post("/nothing").status_code == 404  # tokens need no form's token
    assert tool.get("/account/users").status_code == 403  # below its account
    assert tool.post("/account/tokens", data={"label": "more"}).status_code == 403
    assert "set-cookie" not in tool.get("/").headers
    assert accounts.read()["admin"].tokens[0].used == changing.today().isoformat()
    for wrong in ("Bearer ", "Bearer local", f"Basic {keys[0]}", f"Bearer {keys[0]}x", "Bearer é"):
        assert tool.get("/", headers={"authorization": wrong.encode()}).status_code == 401
    person = browser(guarded, "admin")
    assert person.get("/", headers={"authorization": "Bearer wrong"}).status_code == 401  # never the cookie instead
    assert tool.get(f"/?token={keys[0]}", headers={"authorization": ""}).status_code == 401
    accounts.change(
        lambda people: (
            changing.altering(people, "admin", role="reader") | {"x": people["admin"].__class__("x", "admin", people["admin"].password, "2026-01-01")}
        )
    )
    assert tool.post("/account/users/add").status_code == 403  # a token falls with its account
    accounts.change(lambda people: changing.revoking(people, "admin", "tool"))
    assert tool.get("/").status_code == 401


def test_tools_on_this_machine(client):
    tool = TestClient(client.app, base_url="http://127.0.0.1:8765", headers={"authorization": "Bearer local"})
    assert tool.post("/nothing").status_code == 404 and client.post("/nothing").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../people.py",
        "/static/%2e%2e/people.py",
        "/static/..%2fpeople.py",
        "/static/..%5cpeople.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
    ],
)
def test_static_files_only(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404) and "Role" not in answer.text and "root:" not in answer.text
