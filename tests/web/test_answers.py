"""What comes in and what goes out: static files, sizes, faults, headers, uploads."""

from __future__ import annotations

import re

import pytest
from starlette.requests import Request
from starlette.responses import FileResponse

from pipeline.web.guard import HEADERS
from tests.web.conftest import token
from tests.web.test_roles import browser, guarded  # noqa: F401


def test_sizes(client):
    headers = token(client)
    assert client.get("/?" + "q" * 9000).status_code == 414
    assert client.get("/", headers={"x": "y" * 40_000}).status_code == 431
    assert client.post("/nothing", content=b"x" * 2**21, headers=headers).status_code == 413
    assert (
        client.post(
            "/nothing",
            content=(b"x" * 2**16 for _ in range(64)),
            headers={"content-type": "application/x-www-form-urlencoded"},
        ).status_code
        == 413
    )
    for length in ("-1", "1e3", "9" * 30, "+5", "٣"):
        assert client.post("/nothing", headers=headers | {"content-length": length.encode()}).status_code in (400, 413)
    answer = client.post("/nothing", data={f"a{n}": "" for n in range(2000)})
    assert answer.status_code == 400


def test_faults_tell_a_number_and_the_log_the_rest(client, caplog):
    def broken(path: str = "/srv/secret"):
        raise ValueError(f"cannot read {path}")

    client.app.add_api_route("/broken", broken)
    answer = client.get("/broken")
    number = re.search("[0-9a-f]{8}", answer.text[answer.text.index("<main") :])[0]
    assert answer.status_code == 500 and "secret" not in answer.text and "Traceback" not in answer.text
    assert number in caplog.text and "/srv/secret" in caplog.text
    assert all(name in answer.headers for name in HEADERS)
    assert client.get("/broken", headers={"accept": "application/json"}).json()["error"]


def test_errors_of_ours_name_no_folders(client):
    from schemas.errors import ZhibiaoError

    def broken():
        raise ZhibiaoError("/home/someone/plans/secret/a.pdf: not a PDF; sqlite:////srv/x/zhibiao.db")

    client.app.add_api_route("/broken", broken)
    answer = client.get("/broken")
    assert answer.status_code == 400 and "a.pdf" in answer.text and "someone" not in answer.text and "/srv" not in answer.text


def test_deep_json_is_no_fault(client):
    async def deep(request: Request):
        return await request.json()

    client.app.add_api_route("/deep", deep, methods=["POST"])
    answer = client.post("/deep", content="[" * 200_000, headers=token(client) | {"content-type": "application/json"})
    assert answer.status_code == 400


def test_every_answer_carries_every_header(client, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    client.app.add_api_route("/file", lambda: FileResponse(tmp_path / "a.txt"))
    token(client)
    answers = [
        client.get(path)
        for path in ("/", "/file", "/nothing", "/theme.css", "/static/base.css", "/static/no", "/health", "/login", "/?" + "q" * 9000)
    ]
    answers += [client.post("/"), client.delete("/"), client.get("/", headers={"host": "evil.example"})]
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get_list(name) == [value], (answer.url, name)
        assert answer.headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/base.css?v=1").headers["cache-control"]
    assert client.get("/static/no?v=1").headers["cache-control"] == "no-store"


def test_health_is_open_and_says_nothing(guarded):  # noqa: F811
    client = browser(guarded)
    for _ in range(200):
        answer = client.get("/health", headers={"host": "10.1.2.3"})
        assert answer.status_code == 200 and answer.json() == {"status": "ok"}


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "..\\..\\evil.txt", "/etc/evil.txt", "%2e%2e/evil.txt", "a\0b.txt", "con.txt", "a\r\nX-Evil: 1.txt", '"><script>.txt']
)
def test_uploads_stay_in_their_folder_for_their_owner_alone(client, settings, name):
    text = "一、目标\n到2025年，森林覆盖率达到30%。\n".encode()
    part = b"--b\r\nContent-Disposition: form-data; name="
    body = part + b'"csrf"\r\n\r\nTOKEN\r\n' + part + b'"files"; filename="NAME"\r\n\r\n'
    body = body.replace(b"TOKEN", token(client)["X-CSRF-Token"].encode()).replace(
        b"NAME", name.replace('"', "%22").replace("\r\n", "%0D%0A").encode()
    )
    answer = client.post(
        "/upload", content=body + text + b"\r\n--b--\r\n", headers={"content-type": "multipart/form-data; boundary=b"}, follow_redirects=False
    )
    assert answer.status_code in (303, 400, 422), answer.text
    written = {path for path in settings.out.rglob("*") if path.is_file() and path.read_bytes() == text}
    assert all(settings.uploads in path.parents for path in written) and not any("evil" in path.name for path in settings.out.iterdir())
    assert len(written) == (answer.status_code == 303)
    for path in settings.uploads.glob("*") if settings.uploads.exists() else ():
        assert path.stat().st_mode & 0o077 == 0


def test_readers_send_no_large_bodies(guarded):  # noqa: F811
    """They may not upload, and so may not fill the disk while that is found out."""
    files = {"files": ("a.txt", b"x" * 3_000_000)}
    assert browser(guarded, "reader").post("/upload", files=files).status_code in (403, 413)
    assert browser(guarded, "reviewer").post("/upload", files=files).status_code == 303
