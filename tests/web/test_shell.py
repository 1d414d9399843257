"""What every page has: language, policy, known hosts, errors."""

import pytest

from tests.web.conftest import token


def test_language_by_browser_and_switch(client):
    assert 'lang="zh-CN"' in client.get("/").text
    assert 'lang="en"' in client.get("/", headers={"accept-language": "en-GB,en;q=0.9"}).text
    client.get("/?lang=en")
    assert 'lang="en"' in client.get("/").text  # the choice is remembered


def test_every_answer_carries_the_policy(client):
    for address in ("/", "/theme.css", "/static/base.css", "/nothing", "/health"):
        policy = client.get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", ""])
def test_unknown_hosts_are_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 421


def test_changes_need_the_token_of_a_page(client):
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", headers={"X-CSRF-Token": "guess"}).status_code == 403
    assert client.post("/nothing", headers=token(client)).status_code == 404


def test_errors_are_pages_for_people_and_json_for_tools(client):
    assert "没有这个页面" in client.get("/nothing").text
    assert client.get("/nothing", headers={"accept": "application/json"}).json()["error"]


def test_every_word_has_both_languages():
    from pipeline.web import words

    assert all(all(texts) for texts in words._texts().values())
    assert words.say("documents.notes", "en", n=1) == "1 note" and words.say("documents.notes", "en", n=2) == "2 notes"
    assert words.say("documents.notes", "zh", n=1) == "1 条提示"
