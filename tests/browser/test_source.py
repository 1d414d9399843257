"""The viewer and the search in a real browser: records and places lead to each other, keys, permalinks; axe finds nothing serious."""

import threading
import time

import pytest
import sqlalchemy as sa
import uvicorn

from pipeline import batch, store
from pipeline.web import create_app
from schemas import tables
from tests.test_pictures import made


@pytest.fixture
def served(settings, tmp_path):
    """Address of a running workbench, and its engine; with a PDF beside the five documents."""
    app = create_app(settings)
    engine = app.state.workbench.engine
    (tmp_path / "paper.pdf").write_bytes(made())
    batch.run([tmp_path / "paper.pdf"], engine)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", engine
    server.should_exit = True
    thread.join()


def opened(browser, address, width=1280, **options):
    """A page, and the list of what went wrong on it."""
    page = browser.new_context(viewport={"width": width, "height": 860}, locale="zh-CN", **options).new_page()
    wrong = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    return page, wrong


def ids(engine, kind):
    d = tables.document.c
    with store.reading(engine) as connection:
        return connection.execute(sa.select(d.id).where(d.format == "pdf" if kind == "pdf" else d.name == kind)).scalar_one()


def visible(page, selector):
    """Whether an element stands inside the visible part of its pane."""
    return page.evaluate(
        """selector => { const node = document.querySelector(selector), box = node.getBoundingClientRect();
        const pane = node.closest('.source, .records').getBoundingClientRect();
        return box.top >= pane.top - 1 && box.bottom <= pane.bottom + 1 && box.height > 0; }""",
        selector,
    )


@pytest.mark.parametrize("name", ["zhumadian-2022-scheme", "zhumadian-2023-task-table"])
def test_records_and_places_lead_to_each_other(served, browser, name):
    address, engine = served
    page, wrong = opened(browser, f"{address}/documents/{ids(engine, name)}")
    page.locator(".record").nth(40).scroll_into_view_if_needed()
    page.locator(".record").nth(40).click()
    number = page.locator(".record.on").get_attribute("data-r")
    value = page.locator(".record.on .f-value").inner_text()
    page.wait_for_timeout(300)
    place = f'.source .f-value[data-r~="{number}"]'
    assert visible(page, place)
    assert "on" in page.locator(place).first.get_attribute("class").split()
    assert page.locator(place).first.inner_text() in value
    assert f"target={page.locator('.record.on').get_attribute('data-id')}" in page.url
    other = page.locator(".source .f-value:not(.on)").first
    numbers = other.get_attribute("data-r").split()
    other.scroll_into_view_if_needed()
    other.click()
    page.wait_for_timeout(300)
    assert page.locator(".record.on").get_attribute("data-r") in numbers
    assert visible(page, ".record.on")
    permalink = page.url
    again, more = opened(browser, permalink)
    again.wait_for_timeout(300)
    assert again.locator(".record.on").get_attribute("data-id") == page.locator(".record.on").get_attribute("data-id")
    assert visible(again, ".record.on") and visible(again, ".source .f-value.on")
    assert wrong == more == []


def test_keys_go_from_record_to_record(served, browser):
    address, engine = served
    page, _ = opened(browser, f"{address}/documents/{ids(engine, 'zaoyang-2021-scheme')}")
    for key, expected in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1), ("ArrowUp", 0)):
        page.keyboard.press(key)
        assert page.locator(".record").nth(expected).get_attribute("data-id") == page.locator(".record.on").get_attribute("data-id")
    page.locator(".task h3 .pick").nth(3).click()
    assert "task=" in page.url and page.locator(".task.on").count() == 1


def test_boxes_and_records_of_a_page_lead_to_each_other(served, browser):
    address, engine = served
    page, wrong = opened(browser, f"{address}/documents/{ids(engine, 'pdf')}?view=pages")
    page.wait_for_function("document.querySelector('.sheet img').naturalWidth > 0")
    page.locator(".record").first.click()
    assert page.locator("rect.b-value.on").count() == 1
    page.reload()
    page.locator("rect.b-value").first.click()
    assert page.locator(".record.on").count() == 1
    assert wrong == []


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_serious(served, browser, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    address, engine = served
    pages = [f"/documents/{ids(engine, 'zhumadian-2023-task-table')}", f"/documents/{ids(engine, 'pdf')}?view=pages", "/search?q=森林", "/search"]
    for path in pages:
        page, _ = opened(browser, address + path, width, color_scheme=scheme, bypass_csp=True)
        page.keyboard.press("j")
        found = Axe().run(page).response["violations"]
        serious = {(v["id"], v["nodes"][0]["html"][:160]) for v in found if v["impact"] in ("serious", "critical")}
        assert not serious, (path, serious)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path


def test_without_javascript_links_lead_to_places(served, browser):
    address, engine = served
    page, _ = opened(browser, f"{address}/documents/{ids(engine, 'zaoyang-2021-scheme')}", java_script_enabled=False)
    link = page.locator(".record .pick").nth(20)
    link.click()
    assert page.url.endswith(link.get_attribute("href"))
    assert page.locator(link.get_attribute("href")).count() == 1
