"""Files sent by a tool: taken, read in the background, asked for by the job's address."""

import time

import pytest

from pipeline.web.people import Person
from tests.web.conftest import token


def test_a_file_is_taken_read_and_listed(client):
    text = "甲市生态环境保护方案\n到2027年，全市森林覆盖率达到45%以上。\n"
    answer = client.post("/api/v1/documents", files={"files": ("甲市.txt", text.encode(), "text/plain")}, headers=token(client))
    assert answer.status_code == 202, answer.text
    address = answer.headers["location"]
    until = time.monotonic() + 60
    while (job := client.get(address).json())["state"] in ("waiting", "running") and time.monotonic() < until:
        time.sleep(0.2)
    assert job["state"] == "done" and job["documents"][0]["targets"] == 1
    assert "/tmp" not in client.get(address).text and "uploads/" not in client.get(address).text  # no folder of this machine
    found = client.get("/api/v1/targets", params={"document": job["documents"][0]["name"]}).json()["items"]
    assert [(one["indicator"], one["value"], one["operator"]) for one in found] == [("森林覆盖率", 45, ">=")]


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"content": b"{}", "headers": {"content-type": "application/json"}}, 415, "multipart"),
        ({"files": {"other": ("a.txt", b"x")}}, 400, "files"),
        ({"files": {"files": ("a.exe", b"MZ")}}, 400, "a.exe"),
    ],
)
def test_what_cannot_be_taken_is_told(client, sent, status, says):
    headers = token(client) | sent.pop("headers", {})
    answer = client.post("/api/v1/documents", **sent, headers=headers)
    assert answer.status_code == status and says in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_readers_send_nothing(client, monkeypatch):
    monkeypatch.setattr("pipeline.web.gate.myself", lambda: Person("anna", "reader"))
    answer = client.post("/api/v1/documents", files={"files": ("a.txt", b"x")}, headers=token(client))
    assert answer.status_code == 403 and "reviewer" in answer.json()["detail"]
