"""Comparing in a real browser: evidence without leaving the table, keys, pickers, charts, colours; no word from the policy, nothing from axe."""

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from pipeline.web import create_app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: make system")


@pytest.fixture
def base(settings) -> Iterator[str]:
    """The address of a server over the five documents."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def look() -> Iterator[Page]:
    """A page of 1280 by 900; whatever the browser complains of fails the test."""
    said: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN").new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
        browser.close()
    assert said == []


def test_a_value_opens_its_evidence_and_keys_move_on(base, look):
    look.goto(f"{base}/compare")
    first, second = look.locator("a.v").nth(0), look.locator("a.v").nth(1)
    first.focus()
    look.keyboard.press("Enter")
    expect(look.locator("#side-body blockquote mark").first).to_be_visible()
    assert look.url.endswith(f"?open={first.get_attribute('data-open')}")
    look.keyboard.press("ArrowRight")
    expect(second).to_have_attribute("aria-current", "true")
    expect(first).not_to_have_attribute("aria-current", "true")
    look.keyboard.press("ArrowDown")
    marked = look.locator("a.v[aria-current]")
    assert marked.evaluate("link => link.closest('td').cellIndex") == second.evaluate("link => link.closest('td').cellIndex")
    opened = marked.get_attribute("data-open")
    look.reload()  # the permalink holds the open value
    expect(look.locator("#side-body blockquote")).to_be_visible()
    expect(look.locator("a.v[aria-current]")).to_have_attribute("data-open", opened)
    look.keyboard.press("Escape")
    expect(look.locator("#side")).to_be_hidden()
    assert "open=" not in look.url
    assert look.evaluate("document.activeElement.dataset.open") == opened


def test_filters_make_an_address(base, look):
    look.goto(f"{base}/compare")
    look.fill("#pick-region", "zaoy")
    expect(look.locator("#list-region [role=option]").first).to_contain_text("枣阳市")
    look.keyboard.press("ArrowDown")
    look.keyboard.press("Enter")
    look.wait_for_url("**/compare?region=*")
    assert look.locator("table.matrix thead a.sort").all_text_contents() == ["枣阳市"]
    look.select_option("select[name=by]", "year")
    look.wait_for_url("**by=year*")
    look.locator("details.checks summary").first.click()
    look.locator("input[name=domain]").first.check()
    look.locator("input[name=domain]").nth(1).check()
    look.keyboard.press("Escape")
    look.wait_for_url("**domain=*domain=*")
    look.locator(".pick input").first.click()
    look.wait_for_url(lambda url: "region=" not in url)


def test_charts_are_drawn_open_evidence_and_follow_the_colours(base, look):
    for chart in ("values", "timeline", "editions"):
        look.goto(f"{base}/compare?view=charts&chart={chart}")
        expect(look.locator(".canvas canvas").first).to_be_visible()
        before = look.locator(".canvas canvas").first.evaluate("canvas => canvas.toDataURL()")
        look.click("#theme")
        look.wait_for_timeout(200)
        assert look.locator(".canvas canvas").first.evaluate("canvas => canvas.toDataURL()") != before
        look.locator(".plot summary").first.click()
        look.locator(".plot table a[data-open]").first.click()
        expect(look.locator("#side-body blockquote")).to_be_visible()
    look.keyboard.press("Escape")
    look.goto(f"{base}/compare?view=charts&chart=timeline")
    box = look.locator(".canvas").first
    expect(box.locator("canvas").first).to_be_visible()
    box.click(position={"x": 17, "y": box.bounding_box()["height"] - 38})  # the first square of the first year
    expect(look.locator("#side-body blockquote")).to_be_visible()


def test_a_chart_is_saved_as_a_picture(base, look):
    look.goto(f"{base}/compare?view=charts")
    save = look.locator(".plot .save").first
    expect(save).to_be_visible()
    with look.expect_download() as waiting:
        save.click()
    assert waiting.value.suggested_filename.endswith(".png")
    with open(waiting.value.path(), "rb") as file:
        assert file.read(8).startswith(b"\x89PNG")


@pytest.mark.parametrize("wide", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(base, look, scheme, wide):
    look.set_viewport_size({"width": wide, "height": 900})
    look.emulate_media(color_scheme=scheme)
    for query in ("", "?view=findings", "?view=timeline&kind=past_due", "?view=charts", "?region=驻马店市&group=1&sort=@驻马店市"):
        look.goto(f"{base}/compare{query}")
        if not query:
            look.locator("a.v").first.click()
            expect(look.locator("#side-body .proof")).to_be_visible()
        found = Axe().run(look).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        assert look.evaluate("document.documentElement.scrollWidth <= innerWidth")  # the page itself does not scroll sideways


def test_without_script_all_of_it_can_be_read_and_asked_for(base):
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
        page.goto(f"{base}/compare")
        page.fill("#pick-region", "陇南")
        page.select_option("select[name=by]", "document")
        page.get_by_role("button", name="应用").click()
        assert "by=document" in page.url and page.locator("table.matrix thead a.sort").all_text_contents() == ["longnan-2023-scheme"]
        page.goto(f"{base}/compare?view=charts")
        expect(page.locator(".plot table").first).to_be_attached()
        browser.close()
