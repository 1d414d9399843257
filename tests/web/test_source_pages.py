"""Pages as pictures and original files, over HTTP: only what the document is made of, and only while it is unchanged."""

import re

import pytest
import sqlalchemy as sa

from pipeline import batch, store
from schemas import tables
from tests.test_pictures import made


@pytest.fixture
def plan(client, tmp_path):
    """The id of a document read from a PDF, and its file."""
    path = tmp_path / "inbox" / "方案 <b>.pdf"
    path.parent.mkdir()
    path.write_bytes(made())
    engine = client.app.state.workbench.engine
    assert not batch.run([path], engine).failed
    d = tables.document.c
    with store.reading(engine) as connection:
        return connection.execute(sa.select(d.id).where(d.format == "pdf")).scalar_one(), path


def test_the_page_lies_under_its_boxes(client, plan):
    document, _ = plan
    page = client.get(f"/documents/{document}?view=pages").text
    assert re.search(r'<svg viewBox="0 0 595.0 842.0"', page)
    assert re.search(r'<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="[\d.]+" class="b-value" data-r="0"', page)
    picture = client.get(re.search(r'<img src="(/documents/[^"]+)"', page)[1].replace("&amp;", "&"))
    assert picture.status_code == 200 and picture.content.startswith(b"\x89PNG") and picture.headers["content-type"] == "image/png"
    assert client.get(f"/documents/{document}?view=pages&page=9").status_code == 200  # told, and not an error of the server
    text = client.get(f"/documents/{document}").text
    assert "view=pages" in text and 'class="sheet"' not in text


def test_a_target_opens_its_page(client, plan):
    document, _ = plan
    t = tables.target.c
    with store.reading(client.app.state.workbench.engine) as connection:
        target = connection.execute(sa.select(t.id).where(t.document_id == document)).scalars().first()
    assert 'class="b-value on"' in client.get(f"/documents/{document}?view=pages&target={target}").text


@pytest.mark.parametrize("query", ["file=../zhibiao.db", "file=/etc/passwd", "file=%00", "file=x.pdf", "file=..%2F..%2Fetc%2Fpasswd"])
def test_no_path_of_the_request_is_opened(client, plan, query):
    document, _ = plan
    assert client.get(f"/documents/{document}/pages/1.png?{query}").status_code == 404
    assert client.get(f"/documents/{document}?view=pages&{query}").status_code == 200
    for number in ("0", "-1", "99", "x", "1e3", "99999999999999999999"):
        assert client.get(f"/documents/{document}/pages/{number}.png").status_code in (200, 404, 422)


def test_the_original_is_the_file_that_was_read(client, plan):
    document, path = plan
    answer = client.get(f"/documents/{document}/file")
    assert answer.content == path.read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment") and answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "<" not in answer.headers["content-disposition"] and "\n" not in answer.headers["content-disposition"]


def test_a_file_that_changed_or_is_gone_is_told(client, plan):
    document, path = plan
    path.write_bytes(path.read_bytes() + b" ")
    assert "重新读取" in client.get(f"/documents/{document}/file").text
    page = client.get(f"/documents/{document}?view=pages")
    assert page.status_code == 200 and "changed or is gone" in page.text
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert client.get(f"/documents/{document}/file").status_code == 404
    assert client.get(f"/documents/{document}/pages/1.png").status_code == 404
    path.unlink()
    assert client.get(f"/documents/{document}/file").status_code == 404


def test_texts_have_no_pictures(client):
    d = tables.document.c
    with store.reading(client.app.state.workbench.engine) as connection:
        document = connection.execute(sa.select(d.id).where(d.format == "text")).scalars().first()
    assert "view=pages" not in client.get(f"/documents/{document}").text
    assert client.get(f"/documents/{document}/pages/1.png").status_code == 404
    assert client.get(f"/documents/{document}?view=pages").status_code == 200
