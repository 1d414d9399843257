"""Comparing in a real browser: evidence without leaving the table, keys, pickers, charts, colours; no word from the policy, nothing from axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def test_a_value_opens_its_evidence_and_keys_move_on(workbench_url, page):
    page.goto(f"{workbench_url}/compare")
    first, second = page.locator("a.v").nth(0), page.locator("a.v").nth(1)
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#side-body blockquote mark").first).to_be_visible()
    assert page.url.endswith(f"?open={first.get_attribute('data-open')}")
    page.keyboard.press("ArrowRight")
    expect(second).to_have_attribute("aria-current", "true")
    expect(first).not_to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowDown")
    marked = page.locator("a.v[aria-current]")
    assert marked.evaluate("link => link.closest('td').cellIndex") == second.evaluate("link => link.closest('td').cellIndex")
    opened = marked.get_attribute("data-open")
    page.reload()  # the permalink holds the open value
    expect(page.locator("#side-body blockquote")).to_be_visible()
    expect(page.locator("a.v[aria-current]")).to_have_attribute("data-open", opened)
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    assert "open=" not in page.url
    assert page.evaluate("document.activeElement.dataset.open") == opened


def test_filters_make_an_address(workbench_url, page):
    page.goto(f"{workbench_url}/compare")
    page.fill("#pick-region", "zaoy")
    expect(page.locator("#list-region [role=option]").first).to_contain_text("枣阳市")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare?region=*")
    assert page.locator("table.matrix thead a.sort").all_text_contents() == ["枣阳市"]
    page.select_option("select[name=by]", "year")
    page.wait_for_url("**by=year*")
    page.locator("details.checks summary").first.click()
    page.locator("input[name=domain]").first.check()
    page.locator("input[name=domain]").nth(1).check()
    page.keyboard.press("Escape")
    page.wait_for_url("**domain=*domain=*")
    page.locator(".pick input").first.click()
    page.wait_for_url(lambda url: "region=" not in url)


def test_charts_are_drawn_open_evidence_and_follow_the_colours(workbench_url, page):
    for chart in ("values", "timeline", "editions"):
        page.goto(f"{workbench_url}/compare?view=charts&chart={chart}")
        expect(page.locator(".canvas canvas").first).to_be_visible()
        before = page.locator(".canvas canvas").first.evaluate("canvas => canvas.toDataURL()")
        page.click("#theme")
        page.wait_for_timeout(200)
        assert page.locator(".canvas canvas").first.evaluate("canvas => canvas.toDataURL()") != before
        page.locator(".plot summary").first.click()
        page.locator(".plot table a[data-open]").first.click()
        expect(page.locator("#side-body blockquote")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{workbench_url}/compare?view=charts&chart=timeline")
    box = page.locator(".canvas").first
    expect(box.locator("canvas").first).to_be_visible()
    box.click(position={"x": 17, "y": box.bounding_box()["height"] - 38})  # the first square of the first year
    expect(page.locator("#side-body blockquote")).to_be_visible()


def test_a_chart_is_saved_as_a_picture(workbench_url, page):
    page.goto(f"{workbench_url}/compare?view=charts")
    save = page.locator(".plot .save").first
    expect(save).to_be_visible()
    with page.expect_download() as waiting:
        save.click()
    assert waiting.value.suggested_filename.endswith(".png")
    with open(waiting.value.path(), "rb") as file:
        assert file.read(8).startswith(b"\x89PNG")


@pytest.mark.parametrize(("scheme", "wide"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing_serious(workbench_url, page, scheme, wide):
    page.set_viewport_size({"width": wide, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for query in ("", "?view=findings", "?view=timeline&kind=past_due", "?view=charts", "?region=驻马店市&group=1&sort=@驻马店市"):
        page.goto(f"{workbench_url}/compare{query}")
        if not query:
            page.locator("a.v").first.click()
            expect(page.locator("#side-body .proof")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # the page itself does not scroll sideways


def test_without_script_all_of_it_can_be_read_and_asked_for(workbench_url, browser):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{workbench_url}/compare")
    page.fill("#pick-region", "陇南")
    page.select_option("select[name=by]", "document")
    page.get_by_role("button", name="应用").click()
    assert "by=document" in page.url and page.locator("table.matrix thead a.sort").all_text_contents() == ["longnan-2023-scheme"]
    page.goto(f"{workbench_url}/compare?view=charts")
    expect(page.locator(".plot table").first).to_be_attached()
    context.close()
