"""The review page by keys in a real browser: decide, correct, undo, add by selecting; nothing the browser complains of."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipeline import store


def rows(settings, question: str, **values):
    engine = store.connect(settings.database)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sa.text(question), values)]
    engine.dispose()
    return found


@pytest.fixture
def refused(browser: Browser) -> Iterator[Page]:
    """A window in which the server may refuse a decision, of which the browser complains; of anything else it may not."""
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if not text.startswith(("Failed to load resource: the server responded with a status of 409", REFUSED))] == []


REFUSED = "Failed to load resource: the server responded with a status of 422"


def key(page: Page) -> str:
    return page.locator("article.one").get_attribute("data-key") or ""


def opened(page: Page, url: str, address: str = "/review") -> str:
    page.goto(url + address)
    expect(page.locator("html.script")).to_have_count(1)
    return key(page)


def select(page: Page, words: str) -> None:
    """Select words of the main passage as a mouse does: from one text node to another where they stand in several."""
    assert page.evaluate(
        """(words) => {
      const passage = document.querySelector('.passage.main');
      const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
      const nodes = []; while (walker.nextNode()) nodes.push(walker.currentNode);
      const at = nodes.map((n) => n.data).join('').indexOf(words);
      if (at < 0) return false;
      const place = (offset) => { for (const n of nodes) { if (offset <= n.length) return [n, offset]; offset -= n.length; } };
      const range = document.createRange();
      range.setStart(...place(at)); range.setEnd(...place(at + words.length));
      const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
      return true; }""",
        words,
    )


def test_keys_go_through_the_queue_and_decide(page: Page, workbench_url: str, settings):
    first = opened(page, workbench_url)
    page.keyboard.press("j")
    expect(page.locator("article.one")).not_to_have_attribute("data-key", first)
    second = key(page)
    page.keyboard.press("k")
    expect(page.locator("article.one")).to_have_attribute("data-key", first)
    page.keyboard.press("a")
    expect(page.locator("article.one")).to_have_attribute("data-key", second)  # the next one opens
    expect(page.locator(f"a.row[data-key='{first}'] .chip.good")).to_have_text("已接受")
    expect(page.locator("#said")).to_contain_text("已接受")
    page.keyboard.press("r")
    expect(page.locator("#reject input[name=reason]")).to_be_focused()
    page.keyboard.type("jaru 不是目标")  # while typing, letters are letters
    page.keyboard.press("Enter")
    expect(page.locator("article.one")).not_to_have_attribute("data-key", second)
    expect(page.locator(f"a.row[data-key='{second}'] .chip.bad")).to_have_text("已驳回")
    assert rows(settings, "SELECT count(*) FROM target WHERE id = :id", id=second[2:]) == [(0,)]
    assert rows(settings, "SELECT action, reason FROM correction ORDER BY number") == [("accept", None), ("reject", "jaru 不是目标")]
    page.keyboard.press("u")
    expect(page.locator("article.one")).to_have_attribute("data-key", second)
    expect(page.locator(".history")).to_contain_text("已撤销")
    assert rows(settings, "SELECT count(*) FROM target WHERE id = :id", id=second[2:]) == [(1,)]


def test_a_correction_by_keys_and_what_is_wrong_with_it(refused: Page, workbench_url: str, settings):
    page = refused
    first = opened(page, workbench_url)
    page.keyboard.press("e")
    expect(page.locator("#edit [name=indicator]")).to_be_focused()
    page.locator("#edit [name=value]").fill("八十多")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#edit [name=value]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#edit [name=value]")).to_be_focused()
    expect(page.locator("#problem")).to_be_visible()
    assert page.locator("#edit [name=value]").input_value() == "八十多"  # nothing that was typed is lost
    page.keyboard.press("Escape")
    expect(page.locator("#edit")).not_to_have_attribute("open", "")
    page.keyboard.press("e")
    page.locator("#edit [name=value]").fill("82.5")
    page.locator("#edit [name=deadline_end]").fill("2025")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"a.row[data-key='{first}'] .chip.good")).to_have_text("已修改")
    assert rows(settings, "SELECT value, deadline_end, review FROM target WHERE id = :id", id=first[2:]) == [(82.5, "2025-12-31", "corrected")]


def test_suggestions_are_a_list_box(page: Page, workbench_url: str):
    opened(page, workbench_url)
    page.keyboard.press("e")
    field = page.locator("#edit [name=indicator]")
    field.fill("")
    field.type("森林覆盖")
    expect(page.locator("#edit-indicator-list li").first).to_contain_text("森林覆盖率")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "edit-indicator-list-0")
    page.keyboard.press("Enter")
    assert field.input_value() == "森林覆盖率"
    expect(page.locator("#edit-indicator-list")).to_be_hidden()


@pytest.fixture
def astral(settings) -> str:
    """A document in whose text, before a missed target, stand characters of which JavaScript counts two; its id."""
    (row,) = rows(
        settings, "SELECT t.document_id, e.start FROM target t JOIN evidence e ON e.row_id = t.id AND e.slot = 'value' ORDER BY t.id LIMIT 1"
    )
    document, start = row
    words = "到2027年，全市𠮷祥𠮷庆示范村覆盖率达到９１．５％以上。"
    engine = store.connect(settings.database)
    with engine.begin() as connection:
        text = connection.execute(sa.text("SELECT text FROM document WHERE id = :id"), {"id": document}).scalar_one()
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        changed = text[:end] + words + text[end + len(words) :]  # what stands behind may be overwritten: only this line is looked at
        connection.execute(sa.text("UPDATE document SET text = :text WHERE id = :id"), {"text": changed, "id": document})
        target = connection.execute(
            sa.text("SELECT t.id FROM target t JOIN evidence e ON e.row_id = t.id AND e.slot = 'value' WHERE t.document_id = :d AND e.start = :s"),
            {"d": document, "s": start},
        ).scalar_one()
    engine.dispose()
    return target


def test_a_missed_target_is_added_by_selecting_text(page: Page, workbench_url: str, settings, astral):
    opened(page, workbench_url, f"/review?target={astral}")
    select(page, "９１．５％")
    expect(page.locator("#use")).to_be_visible()
    page.keyboard.press("n")
    form = page.locator("#add")
    expect(form.locator("[name=value]")).to_have_value("91.5")
    expect(form.locator("[name=operator]")).to_have_value(">=")
    expect(form.locator("[name=unit]")).to_have_value("%")
    expect(form.locator("[name=deadline_end]")).to_have_value("2027-12-31")
    expect(form.locator("[name=indicator]")).to_have_value("𠮷祥𠮷庆示范村覆盖率")
    select(page, "全市𠮷祥𠮷庆示范村覆盖率")  # by the mouse a part is chosen anew
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    expect(form.locator("[name=indicator]")).to_have_value("全市𠮷祥𠮷庆示范村覆盖率")
    form.locator("[name=scope]").fill("")
    form.locator("button.main").click()
    expect(page.locator("article.one .chip.good").first).to_have_text("补录")
    ((target, review),) = rows(settings, "SELECT id, review FROM target WHERE indicator LIKE '%𠮷祥𠮷庆示范村覆盖率'")
    assert review == "added"
    for slot, words in (("value", "９１．５％"), ("indicator", "全市𠮷祥𠮷庆示范村覆盖率")):
        ((start, end, text),) = rows(
            settings,
            "SELECT e.start, e.end, substr(d.text, e.start + 1, e.end - e.start) FROM evidence e JOIN document d ON d.id = e.document_id "
            "WHERE e.row_id = :id AND e.slot = :slot",
            id=target,
            slot=slot,
        )
        assert text == words and end - start == len(words)  # Python counts characters, as the database does


def test_a_decision_that_somebody_else_made_meanwhile_is_not_overwritten(refused: Page, workbench_url: str, settings):
    page = refused
    from pipeline import corrections

    first = opened(page, workbench_url)
    engine = store.connect(settings.database)
    corrections.decide(engine, "accept", author="王芳", target_id=first[2:])
    engine.dispose()
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/corrections")) as answered:
        page.keyboard.press("a")
    assert answered.value.status == 409
    expect(page.locator("#problem")).to_contain_text("王芳")
    expect(page.locator("article.one")).to_have_attribute("data-key", first)
    assert len(rows(settings, "SELECT 1 FROM correction")) == 1


def test_axe_finds_nothing_serious(page: Page, workbench_url: str):
    for address in ("/review", "/review/progress"):
        page.goto(workbench_url + address)
        if address == "/review":
            page.keyboard.press("e")
        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        assert not found, json.dumps([(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found], ensure_ascii=False)


def test_a_phone_shows_one_pane_after_the_other(page: Page, workbench_url: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(workbench_url + "/review")
    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator("#item")).to_be_hidden()
    page.locator("a.row").nth(1).click()
    expect(page.locator("#item")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("a.back").click()
    expect(page.locator("#queue")).to_be_visible()
