"""Uploads: what is taken, under which names, and what is refused."""

import html
import io
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from starlette.testclient import TestClient

from pipeline import store
from pipeline.web import create_app, intake, jobs
from pipeline.web.people import Person
from schemas import tables
from tests.web.conftest import token
from tests.web.test_jobs import ended, send, text


def pdf() -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("STSong-Light", 12)
    for i, line in enumerate(("乙市空气质量改善行动方案", "一、主要任务", "1.到2025年，全市森林覆盖率达到45%以上。责任单位：市林业局")):
        canvas.drawString(60, 780 - 24 * i, line)
    canvas.save()
    return out.getvalue()


def test_an_upload_becomes_rows_and_what_cannot_be_read_says_what_to_do(client, settings):
    answer = send(client, ("甲市方案.txt", text(40)), ("乙市方案.pdf", pdf()), ("坏.pdf", b"%PDF-1.4\n1 0 obj\nxxxx"), ("程序.exe", b"MZ"))
    assert answer.status_code == 201 and [one["name"] for one in answer.json()["refused"]] == ["程序.exe"]
    now = ended(client, answer.json()["address"])
    assert (now["state"], now["done"], now["failed"], now["total"]) == ("done", 3, 1, 3)
    with store.connect(settings.database).connect() as connection:
        joined = tables.target.join(tables.document, tables.target.c.document_id == tables.document.c.id)
        asked = sa.select(tables.document.c.name, tables.document.c.id, tables.target.c.value).select_from(joined)
        found = {row.name: row for row in connection.execute(asked.where(tables.document.c.name.in_(("甲市方案", "乙市方案"))))}
    assert {name: row.value for name, row in found.items()} == {"甲市方案": 40.0, "乙市方案": 45.0}
    page = client.get(answer.json()["address"]).text
    assert all(f"/documents/{row.id}" in page for row in found.values()) and "不支持这种文件" in page
    listed = client.get("/documents?state=failed").text
    with store.connect(settings.database).connect() as connection:
        message = connection.execute(sa.select(tables.source.c.message).where(tables.source.c.name == "坏")).scalar_one()
    assert len(message) > 20 and html.escape(message) in listed and html.escape(message) in page


def test_a_form_without_script_leads_to_the_job(client):
    answer = client.post("/upload", files=[("files", ("计划.txt", text(30)))], headers=token(client), follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"].startswith("/jobs/")
    page = client.get(answer.headers["location"]).text
    assert 'http-equiv="refresh"' in page or "完成" in page
    assert client.post("/upload", headers=token(client), data={"x": "1"}).status_code == 422
    assert client.post("/upload", files=[("files", ("计划.txt", text(30)))]).status_code == 403


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/计划.txt", "计划.txt"),
        ("..\\..\\windows\\计划.txt", "计划.txt"),
        ("/etc/passwd", "passwd"),
        ("a\0b\r\n\x1b[31m.txt", "ab[31m.txt"),
        ("..", "file"),
        ("", "file"),
        ("....txt", "txt"),
        (".hidden.txt", "hidden.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("com1.tar.txt", "_com1.tar.txt"),
        ("a\u202egnp.txt", "agnp.txt"),
        ("--force.txt", "force.txt"),
        ("a<b>:c|?*.txt", "a_b__c___.txt"),
        ("\ud800.txt", "_.txt"),
    ],
)
def test_names_are_made_safe(given, kept):
    assert intake.safe_name(given) == kept


def test_long_names_keep_their_ending_and_fit_file_systems():
    for name in ("计" * 400 + ".txt", "x" * 5000 + ".pdf", "计划." + "y" * 300):
        safe = intake.safe_name(name)
        assert len(safe.encode()) <= 200 and len(safe) <= 100
    assert intake.safe_name("计" * 400 + ".txt").endswith(".txt")


HOSTILE = (
    "../../evil.txt",
    "..\\evil.txt",
    "/tmp/evil.txt",
    "evil\n.txt",
    "job.json.txt",
    "nul.txt",
    "计" * 300 + ".txt",
    "-rf.txt",
    "evil.txt",
    "EVIL.txt",
)


def test_hostile_names_stay_in_the_folder_of_their_job(settings):
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as client:
        before = {path for path in settings.out.parent.rglob("*") if settings.uploads not in path.parents}
        files = [(name, io.BytesIO(text(10 + i))) for i, name in enumerate(HOSTILE)]
        job = jobs.accept(client.app.state.workbench, files, Person("测试", "reviewer"))
        folder = settings.uploads / job.id
        assert len({one["file"] for one in job.files}) == len(HOSTILE) and not job.refused
        assert all((folder / one["file"]).parent == folder and (folder / one["file"]).is_file() for one in job.files)
        after = {path for path in settings.out.parent.rglob("*") if settings.uploads not in path.parents}
        assert not {path for path in after - before if "evil" in path.name}
        turned = ended(client, f"/jobs/{job.id}")
        assert turned["done"] == len(HOSTILE) and turned["failed"] == 0


def test_one_file_that_is_refused_does_not_keep_the_others_out(settings):
    server = replace(settings, upload_mb=1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ppt/presentation.xml", "<p/>")
    with TestClient(create_app(server), base_url="http://127.0.0.1:8765", headers={"accept-language": "en"}) as client:
        files = [
            ("gross.txt", b"x" * 1_000_001),
            ("leer.txt", b""),
            ("bild.pdf", "只是文字".encode()),
            ("folien.zip", packed.getvalue()),
            ("skript.sh", b"rm -rf"),
            ("ohne", b"text"),
            ("sources.csv", b"file,title\n"),
            ("gut.txt", text(44)),
        ]
        answer = send(client, *files).json()
        why = {one["name"]: one["reason"] for one in answer["refused"]}
        assert set(why) == {name for name, _ in files} - {"gut.txt"}
        assert "larger than 1 MB" in why["gross.txt"] and "empty" in why["leer.txt"] and ".pdf" in why["bild.pdf"]
        assert "presentations are not read" in why["folien.zip"] and "not read" in why["skript.sh"]
        assert sorted(p.name for p in (server.uploads / answer["job"]).glob("*.txt")) == ["gut.txt"]
        assert ended(client, answer["address"])["state"] == "done"
        nothing = send(client, ("gross.txt", b"x" * 1_000_001))
        assert nothing.status_code == 422 and nothing.json()["refused"]
        assert len([p for p in server.uploads.iterdir() if p.is_dir()]) == 1  # nothing is left of it


def test_too_many_files_and_thirty(client):
    answer = send(client, *((f"计划{n:02}.txt", text(n)) for n in range(10, 40)))
    assert answer.status_code == 201 and not answer.json()["refused"]
    now = ended(client, answer.json()["address"])
    assert (now["state"], now["done"], now["failed"]) == ("done", 30, 0)
    many = send(client, *((f"多{n:02}.txt", text(n)) for n in range(10, 10 + intake.MOST_FILES + 2)))
    assert len(many.json()["refused"]) == 2


def test_the_same_name_twice_gives_two_documents(client, settings):
    first = send(client, ("方案.txt", text(31)), ("方案.txt", text(32))).json()
    ended(client, first["address"])
    second = send(client, ("方案.txt", text(33))).json()
    ended(client, second["address"])
    with store.connect(settings.database).connect() as connection:
        names = set(connection.execute(sa.select(tables.document.c.name).where(tables.document.c.name.like("方案%"))).scalars())
    assert names == {"方案", "方案-2", "方案-3"}


def test_roles(client, settings, monkeypatch):
    monkeypatch.setattr("pipeline.web.gate.myself", lambda: Person("读者", "reader"))
    assert client.get("/upload").status_code == 403
    assert send(client, ("方案.txt", text(31))).status_code == 403
    for address in ("/documents/again", "/documents/x/again"):
        assert client.post(address, headers=token(client)).status_code == 403
    monkeypatch.setattr("pipeline.web.gate.myself", lambda: Person("审核", "reviewer"))
    assert client.get("/upload").status_code == 200
    assert client.post("/documents/again", headers=token(client)).status_code == 403
