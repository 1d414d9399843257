"""The viewer: every place that was read stands where the database says, marked with its field; hostile texts stay texts."""

from html.parser import HTMLParser

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.browse import source, spans
from pipeline.parsers import text as text_parser
from pipeline.run import process
from schemas import tables
from schemas.limits import Budget
from schemas.types import Document

FIELD = {("task", "title"): "task", ("task_body", "body"): "body"}


class Text(HTMLParser):
    """The characters of the text pane: offset → (character, classes of the element it stands in, its records)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.at, self.found, self.stack, self.inside = 0, {}, [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("p", "tr") and "data-s" in attributes:
            self.at, self.inside, self.cells = int(attributes["data-s"]), True, 0
        if self.inside and tag in ("td", "th") and attributes.get("class") != "ln":
            self.at += bool(self.cells)  # the tab between two cells
            self.cells += 1
        if tag not in ("meta", "link", "img", "input", "br"):
            self.stack.append((tag, attributes))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass
        if tag in ("p", "tr"):
            self.inside = False

    def handle_data(self, data):
        tag, attributes = self.stack[-1] if self.stack else ("", {})
        if self.inside and attributes.get("class") != "ln" and tag in ("p", "td", "th", "span"):
            for char in data:
                self.found[self.at] = (char, set((attributes.get("class") or "").split()), attributes.get("data-r", "").split())
                self.at += 1


def documents(client):
    with store.reading(client.app.state.workbench.engine) as connection:
        return [dict(row) for row in connection.execute(sa.select(tables.document)).mappings()]


def stored(client, text, name="plan"):
    """The id of a document stored anew."""
    content = text_parser.parse(text.encode(), Budget())  # as a text whatever it looks like
    rows = process(Document("0" * 64, name, name, "text", content.text, content.blocks)).rows
    store.save(client.app.state.workbench.engine, rows)
    return rows.document["id"]


def test_every_place_that_was_read_is_marked_with_its_field(client):
    checked = 0
    for document in documents(client):
        found = Text(client.get(f"/documents/{document['id']}").text).found
        e = tables.evidence
        with store.reading(client.app.state.workbench.engine) as connection:
            rows = connection.execute(sa.select(e).where(e.c.document_id == document["id"])).mappings().all()
        for row in rows:
            field = FIELD.get((row["row_table"], row["slot"]), row["slot"] if row["row_table"] in ("target", "task") else "meta")
            for at in range(row["start"], row["end"]):
                if document["text"][at] in "\n\t":
                    continue
                char, classes, _ = found[at]
                assert char == document["text"][at], (document["name"], at)
                assert f"f-{field}" in classes, (document["name"], at, field, classes)
            checked += 1
    assert checked > 2000


def test_the_whole_text_is_shown_and_tables_are_tables(client):
    for document in documents(client):
        page = client.get(f"/documents/{document['id']}").text
        found = Text(page).found
        missing = [at for at, char in enumerate(document["text"]) if not char.isspace() and found.get(at, " ")[0] != char]
        assert not missing, (document["name"], missing[:5])
        assert ("<table>" in page) == ("\t" in document["text"])
    table = next(d for d in documents(client) if d["name"] == "zhumadian-2023-task-table")
    page = client.get(f"/documents/{table['id']}").text
    assert page.count("<table>") > 3 and '<th scope="col">' in page and "牵头单位</th>" in page


def test_open_numbers_of_the_ledger_are_marked_and_listed(client):
    c = tables.coverage.c
    for document in documents(client):
        with store.reading(client.app.state.workbench.engine) as connection:
            entries = connection.execute(sa.select(c.start, c.end, c.reason).where(c.document_id == document["id"])).all()
        found = Text(client.get(f"/documents/{document['id']}").text).found
        for start, end, reason in entries:
            field = "f-known" if source.REASONS[reason].rank is None else "f-ledger"
            assert all(field in found[at][1] for at in range(start, end) if not document["text"][at].isspace())


def test_a_target_in_the_address_is_chosen(client):
    t = tables.target.c
    with store.reading(client.app.state.workbench.engine) as connection:
        row = connection.execute(sa.select(t.id, t.document_id, t.value_text).where(t.value_text == "100%")).first()
    page = client.get(f"/documents/{row.document_id}?target={row.id}").text
    assert f'<li class="record on" id="r-{row.id}"' in page
    on = "".join(char for char, classes, _ in Text(page).found.values() if {"on", "f-value"} <= classes)
    assert on == "100%"
    assert client.get(f"/documents/{row.document_id}?target=none&start=x&end=-4&part=999999").status_code == 200
    place = Text(client.get(f"/documents/{row.document_id}?start=30&end=40").text).found
    assert {at for at, (_, classes, _) in place.items() if "f-asked" in classes} <= set(range(30, 40))


def test_unknown_documents_are_not_found(client):
    for address in ("/documents/nothing", "/documents/nothing/file", "/documents/nothing/pages/1.png", "/documents/..%2f..%2fetc"):
        assert client.get(address).status_code == 404


HOSTILE = "<script>alert(1)</script>&amp;\"'><img src=x onerror=alert(2)> \u202eabc\u202c \u2066x\u2069 \x07\x0c\u200f"


def test_hostile_text_stays_text(client):
    name = stored(client, f"方案{HOSTILE}\n一、任务\n1.{HOSTILE}造林。森林覆盖率≥41%。（牵头单位：市林业局{HOSTILE}）\n<b>\t2\t{HOSTILE}\n")
    answer = client.get(f"/documents/{name}")
    assert answer.status_code == 200
    for forbidden in ("<script>alert", "<img src=x", "\u202e", "\u202c", "\u2066", "\u200f", "\x07", "\x0c", "<b>\t"):
        assert forbidden not in answer.text
    document = next(d for d in documents(client) if d["id"] == name)
    found = Text(answer.text).found
    expected = spans.shown(document["text"])
    assert all(found[at][0] == char for at, char in enumerate(expected) if not char.isspace())
    assert "&lt;script&gt;" in answer.text
    assert spans.shown("a\x07\u202e\tb\n") == "a\u2407\ufffd\tb\n"
    result = client.get("/search", params={"q": "alert(1)"})
    assert "<script>alert" not in result.text and "\u202e" not in result.text


def test_long_texts_are_shown_in_parts(client):
    tasks = "\n".join(f"{n}.造林{n}。森林覆盖率≥{n % 90 + 1}%，到2025年完成。" + "推进工作。" * 20 for n in range(1, 1200))
    name = stored(client, f"方案\n一、任务\n{tasks}\n")
    with store.reading(client.app.state.workbench.engine) as connection:
        last = connection.execute(
            sa.select(tables.target.c.id).where(tables.target.c.document_id == name).order_by(tables.target.c.position.desc()).limit(1)
        ).scalar_one()
        text = source.document(connection, name)["text"]
    pages = [Text(client.get(f"/documents/{name}?part={n}").text).found for n in range(1, len(spans.parts(text)) + 1)]
    assert len(pages) >= 3
    whole = {at: char for page in pages for at, (char, _, _) in page.items()}
    assert all(whole[at] == char for at, char in enumerate(text) if not char.isspace())
    assert f'record on" id="r-{last}"' in client.get(f"/documents/{name}?target={last}").text


@pytest.mark.parametrize("size", [1, 7, 100])
def test_parts_are_the_text(size):
    text = "一二三\n四五\n\n六" * 30
    cut = spans.parts(text, size)
    assert "".join(text[a:b] for a, b in cut) == text and all(b - a <= size for a, b in cut)


def test_pieces_are_cut_wherever_marks_begin_or_end():
    marks = [
        spans.Mark(0, 8, "quote", (0,)),
        spans.Mark(2, 5, "indicator", (0, 1)),
        spans.Mark(4, 6, "value", (1,)),
        spans.Mark(7, 9, "ledger", entry=3),
    ]
    found = spans.pieces("零一二三四五六七八九", 0, 10, marks)
    assert "".join(p.text for p in found) == "零一二三四五六七八九"
    for piece in found:
        for at in range(piece.start, piece.start + len(piece.text)):
            assert set(piece.fields) == {m.field for m in marks if m.start <= at < m.end}
            assert set(piece.targets) == {k for m in marks if m.start <= at < m.end for k in m.targets}
    assert [p.start for p in found if p.anchor] == [0, 2, 4, 7]
