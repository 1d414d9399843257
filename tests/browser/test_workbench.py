"""What people do at the workbench, from end to end: compare, check, correct, read again; upload; change the language; print."""

from __future__ import annotations

import io

import pypdfium2
import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from pipeline import batch, store
from tests.conftest import RAW

NAME = "一般工业固体废物综合利用率"
PAGES = ("/", "/documents", "/runs", "/upload", "/api")  # compare, search, the viewer and review have tests of their own


def test_compare_check_correct_read_again(page: Page, workbench_url: str, settings):
    """A value is opened in the matrix, checked in its source, corrected; after everything was read anew the correction still stands."""
    page.goto(f"{workbench_url}/compare?region=陇南市")
    value = page.locator("a.v").filter(has_text="%").first
    row = value.locator("xpath=ancestor::tr").locator("th").first.inner_text().splitlines()[0]
    value.click()
    marked = page.locator("#side-body blockquote mark").first
    expect(marked).to_be_visible()
    said = page.locator("#side-body blockquote").inner_text()
    link = page.locator("#side-body a[href*='target=']").first.get_attribute("href") or ""
    target = link.split("target=")[1].split("&")[0]
    page.goto(workbench_url + link.split("#")[0])
    expect(page.locator(f"[data-target='{target}'], .record.open, [aria-current=true]").first).to_be_visible()
    assert said.split()[0][:6] in page.locator("main").inner_text()

    page.goto(f"{workbench_url}/review?target={target}")
    expect(page.locator("article.one")).to_have_attribute("data-target", target)
    page.keyboard.press("e")
    page.locator("#edit [name=value]").fill("61.5")
    page.keyboard.press("Control+Enter")
    expect(page.locator("ol.history")).to_contain_text("61.5")

    engine = store.connect(settings.database)
    for _ in range(2):  # at once, and after every document was read anew
        page.goto(f"{workbench_url}/compare?region=陇南市")
        corrected = page.locator("tr").filter(has_text=row).locator("a.v").filter(has_text="61.5")
        expect(corrected.first).to_contain_text("已修改")
        report = batch.run([RAW], engine, batch.Settings(force=True))
        assert report.documents == 5
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT value FROM target WHERE review = 'corrected'")).scalars().all() == [61.5]


def plan() -> bytes:
    """A plan as a PDF."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    made = io.BytesIO()
    sheet = canvas.Canvas(made)
    sheet.setFont("STSong-Light", 12)
    lines = ("甲市碳达峰实施方案(2025—2027年)", "一、主要任务", "1.推进绿色出行。到2027年,新能源公交车占比达到87.5%以上。(责任单位:市交通运输局)")
    for number, text in enumerate(lines):
        sheet.drawString(60, 780 - 24 * number, text)
    sheet.save()
    return made.getvalue()


def test_an_uploaded_pdf_shows_its_targets(page: Page, workbench_url: str):
    page.goto(f"{workbench_url}/upload")
    page.locator("#files").set_input_files({"name": "甲市方案.pdf", "mimeType": "application/pdf", "buffer": plan()})
    page.locator("#upload button.main").click()
    page.wait_for_url("**/jobs/*")
    link = page.locator("main a[href^='/documents/']").first
    link.wait_for(timeout=90_000)
    link.click()
    expect(page.locator("main")).to_contain_text("新能源公交车占比")
    expect(page.locator("main")).to_contain_text("87.5%")


def test_the_language_changes_and_stays(page: Page, workbench_url: str):
    page.goto(f"{workbench_url}/compare")
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{workbench_url}/documents")
    expect(page.locator("h1")).to_contain_text("Documents")
    expect(page.locator("main")).to_contain_text("驻马店市")  # what documents say stays as it is


def test_a_comparison_is_printed(page: Page, workbench_url: str):
    page.goto(f"{workbench_url}/compare?only=comparable")
    printed = pypdfium2.PdfDocument(page.pdf(format="A4", landscape=True, print_background=True))
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
    assert "驻马店市" in text and "陇南市" in text and "可比" in text
    assert "English" not in text  # no navigation on paper
    assert all(sheet.get_width() > sheet.get_height() for sheet in printed)


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious(page: Page, workbench_url: str, address: str):
    for scheme, width in (("light", 390), ("dark", 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 860})
        page.goto(workbench_url + address, wait_until="networkidle")
        found = Axe().run(page).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == [], (address, scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)  # nothing sticks out
