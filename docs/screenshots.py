"""Pictures of the workbench from a real run of raw_docs/, taken by Chromium.

python -m docs.screenshots                 # those of the README, into .readme/
python -m docs.screenshots build/shots     # every page, light and dark, wide and narrow, in both languages
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import uvicorn
from PIL import Image

from pipeline import batch, store
from pipeline.web import Settings, create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
WIDE, NARROW = (1280, 860), (390, 844)
# name → address, and what is clicked before the picture is taken
PAGES: dict[str, tuple[str, str | None]] = {
    "home": ("/", None),
    "compare": ("/compare?only=shared", "table.matrix tbody td a"),
    "findings": ("/compare?view=findings", None),
    "charts": ("/compare?view=charts", None),
    "documents": ("/documents", None),
    "evidence": ("/documents/{document}?target={target}", None),
    "search": ("/search?q=森林", None),
    "review": ("/review", None),
    "runs": ("/runs", None),
    "api": ("/api", None),
}
README = ("home", "compare", "evidence", "review", "charts")


@contextmanager
def workbench() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a workbench over raw_docs/, and ids for addresses."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/zhibiao.db"
        batch.run([ROOT / "raw_docs"], store.connect(url))
        with store.connect(url).connect() as connection:
            ask = "SELECT t.id, d.id FROM target t JOIN document d ON d.id = t.document_id WHERE t.kind = 'level' ORDER BY d.name DESC, t.position"
            target, document = connection.exec_driver_sql(ask).first() or ("", "")
        server = uvicorn.Server(uvicorn.Config(create_app(Settings(url, Path(folder), port=0)), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", {"target": target, "document": document}
        finally:
            server.should_exit = True
            thread.join()


def shoot(browser: Browser, address: str, click: str | None, path: Path, size: tuple[int, int], look: Any = "light", lang: str = "zh-CN") -> None:
    """A picture of what a window of a size shows of a page, in a colour scheme and a language."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=look, locale=lang)
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    if click and page.locator(click).count():
        _click(page, click)
    page.wait_for_timeout(400)
    page.screenshot(path=path)
    context.close()
    with Image.open(path) as drawn:  # a quarter of the bytes, the same to the eye
        drawn.convert("RGB").quantize(192).save(path, optimize=True)


def _click(page: Page, what: str) -> None:
    page.locator(what).first.click()
    page.wait_for_load_state("networkidle")


def main() -> None:
    """Take the pictures."""
    from playwright.sync_api import sync_playwright

    folder = Path(sys.argv[1]) if sys.argv[1:] else None
    out = folder or ROOT / ".readme"
    out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed for the pictures: make system")
    with workbench() as (base, ids), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in PAGES if folder else README:
            address, click = base + PAGES[name][0].format(**ids), PAGES[name][1]
            shoot(browser, address, click, out / f"{name}.png", WIDE)
            if folder:
                shoot(browser, address, click, out / f"{name}-dark.png", WIDE, "dark")
                shoot(browser, address, click, out / f"{name}-phone.png", NARROW)
                shoot(browser, address, click, out / f"{name}-en.png", WIDE, lang="en-GB")
        browser.close()


if __name__ == "__main__":
    main()
