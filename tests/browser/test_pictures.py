"""Photos in a real browser: the best kind, a width that fits the screen, and nothing moves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import generator
from analytics.app import create_app
from tests.fixtures.browsers import PATIENCE, eventually
from tests.fixtures.first_site import ROOT, TUESDAY
from tests.fixtures.serving import serving
from tests.generator.photos import saved, scene

TEXT = """---
title: Photos
description: A page with photos, so that its description is as long as it should be for search.
date: 2026-01-01
image: lead.jpg
image_alt: A lead
image_narrow: 4:5
---
Words.

![A picture](first.jpg)

{words}

![A late one](late.png)
"""
SHIFTS = """window.shift = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
SHOWN = """[...document.querySelectorAll("main picture > img")].map(img => ({
  src: img.currentSrc, width: img.getBoundingClientRect().width,
  height: img.getBoundingClientRect().height, whole: img.complete && img.naturalWidth > 0,
}))"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The first site with a page of photos, served."""
    root = tmp_path_factory.mktemp("photos")
    for name in ("content", "templates", "site"):
        shutil.copytree(ROOT / name, root / name)
    folder = root / "content" / "resources"
    (folder / "photos.md").write_text(TEXT.format(words="Words.\n\n" * 120), encoding="utf-8")
    (folder / "lead.jpg").write_bytes(saved(scene(2400, 1600), "JPEG"))
    (folder / "first.jpg").write_bytes(saved(scene(2400, 1500), "JPEG"))
    (folder / "late.png").write_bytes(saved(scene(2000, 1200), "PNG"))
    generator.build(root, root / "public")
    app = create_app(root, root / "public", root / "databases", clock=lambda: TUESDAY)
    try:
        with serving(app) as address:
            yield f"{address}/resources/photos/"
    finally:
        app.extensions["plainsite"].close()


def opened(
    browser: Browser, address: str, width: int, scale: int
) -> tuple[Page, list[str], list[str]]:
    """The page, what it loaded of pictures, and what the console says."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, device_scale_factor=scale
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    loaded: list[str] = []
    said: list[str] = []
    page.on("request", lambda sent: loaded.append(sent.url) if "/pictures/" in sent.url else None)
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(SHIFTS)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page, loaded, said


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_a_browser_takes_avif_of_a_width_that_fits_and_nothing_moves(
    browser: Browser, photos: str, width: int, scale: int
) -> None:
    page, loaded, said = opened(browser, photos, width, scale)
    assert not [each for each in loaded if "late" in each]  # It is far below.
    page.evaluate("document.querySelector('main picture img[alt=\"A late one\"]').scrollIntoView()")
    whole = "all pictures are whole"
    eventually(page, lambda: all(each["whole"] for each in page.evaluate(SHOWN)), whole)
    everything = page.evaluate(SHOWN)
    # Besides, there are drawings, as of the article to read next.
    shown = [each for each in everything if not each["src"].endswith(".svg")]
    assert len(shown) == 3
    for picture in shown:
        assert picture["src"].endswith(".avif")
        made = int(re.search(r"-(\d+)\.avif$", picture["src"])[1])
        needed = picture["width"] * scale
        # No less than the screen shows, but for the widest; and not twice what would do.
        assert made >= min(0.97 * needed, 1920), picture
        assert made <= max(2.1 * needed, 320), picture
    assert len(loaded) == 3
    assert page.evaluate("window.shift") == 0
    assert [each for each in said if "pictures" in each or "Content Security" in each] == []
    lead = shown[0]
    if width == 360:
        assert abs(lead["height"] / lead["width"] - 5 / 4) < 0.02
    page.context.close()


def test_a_page_is_as_high_before_its_pictures_are_there(browser: Browser, photos: str) -> None:
    """Their places are kept free: measured with every picture held back."""
    heights = []
    for held in (True, False):
        context = browser.new_context(viewport={"width": 800, "height": 800})
        page = context.new_page()
        if held:
            page.route("**/pictures/**", lambda route: route.abort())
        page.goto(photos)
        page.wait_for_load_state("networkidle")
        heights.append(page.evaluate("document.documentElement.scrollHeight"))
        context.close()
    assert heights[0] == heights[1]


def test_the_card_of_a_page_is_there(browser: Browser, photos: str) -> None:
    page, _, _ = opened(browser, photos, 1280, 1)
    found = {
        name: page.get_attribute(f'meta[property="og:image{name}"]', "content")
        for name in ("", ":width", ":height", ":alt")
    }
    assert (found[":width"], found[":height"], found[":alt"]) == ("1200", "630", "A lead")
    assert page.get_attribute('meta[name="twitter:card"]', "content") == "summary_large_image"
    address = found[""] or ""
    assert address.startswith("https://www.schoolmessenger.com/assets/pictures/lead.")
    path = Path(address).name
    answer = page.request.get(photos.replace("/resources/photos/", f"/assets/pictures/{path}"))
    assert answer.headers["content-type"] == "image/jpeg"
    page.context.close()
