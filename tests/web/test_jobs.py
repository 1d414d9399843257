"""Jobs: queue, cancelling, restarts, telling others."""

import base64
import hashlib
import hmac
import io
import json
import os
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from starlette.testclient import TestClient

from pipeline.web import create_app, jobs
from pipeline.web.people import Person
from pipeline.web.turns import turns_of
from tests.web.conftest import token

PLAN = "甲市绿色发展行动方案\n一、主要任务\n1.治理河流。到2025年，全市森林覆盖率达到{n}%以上。责任单位：市林业局\n"
ME = Person("测试", "admin")


def text(n: int) -> bytes:
    return PLAN.format(n=n).encode()


def send(client, *files):
    """Upload files (name, bytes) as the page's script does."""
    parts = [("files", (name, data)) for name, data in files]
    return client.post("/upload", files=parts, headers=token(client) | {"accept": "application/json"})


def ended(client, address: str, seconds: float = 90.0) -> dict:
    """What a job says when it is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told = client.get(f"{address}.json").json()
        if told["ended"]:
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_jobs_take_turns_and_one_that_waits_is_cancelled(client):
    first, second = (send(client, (f"计划{n}.txt", text(n))).json() for n in (41, 42))
    assert client.post(f"{second['address']}/cancel", headers=token(client), follow_redirects=False).status_code == 303
    assert client.get(f"{second['address']}.json").json()["state"] == "cancelled"
    assert ended(client, first["address"])["state"] == "done"
    job = jobs.get(client.app.state.workbench, second["job"])
    assert job.documents == [] and "已取消" in client.get(second["address"]).text


def test_a_running_job_is_cancelled_by_a_signal_to_its_own_process(client):
    told = send(client, *((f"计划{n}.txt", text(n) * 400) for n in range(20, 40))).json()
    until = time.monotonic() + 30
    while jobs.get(client.app.state.workbench, told["job"]).process is None and time.monotonic() < until:
        time.sleep(0.02)
    client.post(f"{told['address']}/cancel", headers=token(client))
    assert ended(client, told["address"])["state"] == "cancelled"
    assert jobs.get(client.app.state.workbench, told["job"]).process is None
    assert client.post(f"{told['address']}/restart", headers=token(client), follow_redirects=False).status_code == 303
    assert ended(client, told["address"])["state"] == "done"  # it goes on where it stopped
    assert len(jobs.get(client.app.state.workbench, told["job"]).documents) == 20


def test_a_server_that_stops_ends_its_job_which_can_be_started_again(settings):
    address = {"base_url": "http://127.0.0.1:8765", "headers": {"accept": "text/html"}}
    with TestClient(create_app(settings), **address) as client:
        job = jobs.accept(client.app.state.workbench, [("计划.txt", io.BytesIO(text(50) * 3000))], ME)
        waiting = jobs.accept(client.app.state.workbench, [("又一计划.txt", io.BytesIO(text(51)))], ME)
    kept = json.loads((settings.uploads / job.id / "job.json").read_text("utf-8"))
    assert (kept["state"], kept["message"], kept["process"]) == ("interrupted", "server_stopped", None)
    with TestClient(create_app(settings), **address) as client:
        page = client.get(f"/jobs/{waiting.id}").text
        assert "中断" in page and "重新开始" in page
        client.post(f"/jobs/{waiting.id}/restart", headers=token(client))
        assert ended(client, f"/jobs/{waiting.id}")["state"] == "done"


def test_a_job_of_a_server_that_was_killed_is_told_as_interrupted(settings):
    folder = settings.uploads / "20260101-000000-0123abcd"
    folder.mkdir(parents=True)
    job = jobs.Job(folder.name, "upload", "某人", "2026-01-01T00:00:00+00:00", "running", process=2**22 + 1)
    (folder / "job.json").write_text(json.dumps({**{f: getattr(job, f) for f in job.__slots__}, "new_field": 1}), "utf-8")
    (settings.uploads / "20260101-000000-ffffffff").mkdir()
    (settings.uploads / "20260101-000000-ffffffff" / "job.json").write_text("{broken", "utf-8")
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        assert client.get(f"/jobs/{folder.name}.json").json()["state"] == "interrupted"
        assert "意外结束" in client.get(f"/jobs/{folder.name}").text
        assert client.get("/jobs/20260101-000000-ffffffff").status_code == 404


class _Listener(BaseHTTPRequestHandler):
    got: ClassVar[list] = []
    answers: ClassVar[list] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, dict(self.headers), body))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def listener():
    _Listener.got, _Listener.answers = [], []
    server = HTTPServer(("127.0.0.1", 0), _Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://user:secret@127.0.0.1:{server.server_port}/hook?key=1"
    server.shutdown()
    server.server_close()


def test_others_are_told_with_a_signature_after_failures_and_never_led_elsewhere(settings, listener, monkeypatch):
    monkeypatch.setenv("ZHIBIAO_WEBHOOK_SECRET", "geheim")
    monkeypatch.setattr("pipeline.web.webhooks.PAUSES", (0.05, 0.05))
    _Listener.answers = [500, 302, 200]
    server = replace(settings, webhooks=(listener, "file:///etc/passwd", "http://127.0.0.1:9/none"))
    with TestClient(create_app(server), base_url="http://127.0.0.1:8765") as client:
        job = jobs.accept(client.app.state.workbench, [("计划.txt", io.BytesIO(text(60))), ("坏.pdf", io.BytesIO(b"%PDF-1.4\nxx"))], ME)
        ended(client, f"/jobs/{job.id}")
        turns_of(client.app.state.workbench).end()
    assert [path for path, _, _ in _Listener.got] == ["/hook?key=1"] * 3
    _, headers, body = _Listener.got[-1]
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"user:secret").decode()
    assert headers["X-Zhibiao-Signature"] == "sha256=" + hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert told["event"] == "documents.read" and told["job"] == job.id and told["run"] == job.run
    assert [(one["name"], one["state"], one["targets"]) for one in told["documents"]] == [("计划", "stored", 1)]
    assert [(one["name"], one["state"]) for one in told["failed"]] == [("坏", "failed")]
    assert told["failed"][0]["message"].startswith("坏.pdf: ")  # no path of this machine
    hooks = json.loads((settings.uploads / job.id / "job.json").read_text("utf-8"))["hooks"]
    assert [(one["tries"], one["error"] is None) for one in hooks] == [(3, True), (0, False), (3, False)]
    assert "secret" not in json.dumps(hooks) and "key=1" not in json.dumps(hooks)


def test_the_database_url_stands_in_no_command(settings):
    from pipeline.web.reading import Progress, Reading, from_anywhere

    server = replace(settings, database="postgresql://me:geheim@127.0.0.1/plans")
    command = Reading(server, settings.out, settings.out, Progress(1))._command()
    assert from_anywhere(server.database) == server.database and from_anywhere("sqlite:////a/b.db") == "sqlite:////a/b.db"
    assert from_anywhere("sqlite:///b.db") == f"sqlite:///{os.getcwd()}/b.db"
    assert not any("geheim" in part or "postgresql" in part for part in command)
