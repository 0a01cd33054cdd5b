"""Whether visits come out exact: scripted ones through the service, and real ones in Chromium.

    python bench/visits.py [VISITORS]   # simulated: tabs, gaps, midnight, quick clicks, slow lines
    python bench/visits.py lines        # Chromium: latency x click x pages, and engaged time

The first compares every total with the reference of `tests/visits/reference.py`. The second gives
the cells of the table whose totals are wrong, and by how many milliseconds a page's time is off.
"""

from __future__ import annotations

import sys
import time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402  (the path comes first)

import generator  # noqa: E402  (as above)
from tests.browser.test_visits_on_slow_lines import (  # noqa: E402  (as above)
    CHOICE,
    PATH,
    far_site,
    views,
    walk,
)
from tests.fixtures.browsers import ARGUMENTS  # noqa: E402  (as above)
from tests.fixtures.first_site import Served  # noqa: E402  (as above)
from tests.fixtures.small_site import small_site  # noqa: E402  (as above)
from tests.visits.test_simulated_visits import check, lived  # noqa: E402  (as above)

LATENCIES = (0.02, 0.1, 0.3, 0.6, 1.0, 2.0)
CLICKS = (0.1, 0.3, 0.5, 1.0, 3.0)
PATIENCE = 30.0
DWELL = """(to) => {
  const began = performance.getEntriesByType("navigation")[0].domInteractive;
  const passed = performance.now() - began;
  location.href = to;
  return passed;
}"""


def simulate(visitors: int) -> None:
    """Print how many views were compared; raises AssertionError where a total is wrong."""
    for seed in range(max(1, visitors // 500)):
        with TemporaryDirectory() as folder, small_site(Path(folder)) as site:
            browsers = lived(site, seed, min(visitors, 500))
            check(site, browsers)
            total = site.total("all")[""]
            print(
                f"seed {seed}: {total['visits']} visits, {total['views']} views: every total right"
            )


def lines(folder: Path) -> None:
    """Print the cells of the table that are wrong, and how far engaged time is off."""
    generator.build(ROOT, folder / "public")
    wrong, cells = [], list(product(LATENCIES, CLICKS, (1, 2, 3, 4)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(ARGUMENTS)
        )
        for number, (latency, click, pages) in enumerate(cells):
            found = one(browser, folder, number, (latency, click, pages))
            if found != (1, pages, int(pages > 1), {"Google": 1}, {"/": 1}):
                wrong.append((latency, click, pages, found))
        print(f"{len(cells)} cells of the table, {len(wrong)} wrong")
        for each in wrong:
            print(*each)
        off = [engaged(browser, folder, seconds) for seconds in (0.2, 0.7, 1.5, 3.0) * 5]
        print(f"engaged time, {len(off)} pages: off by {min(off):.0f} to {max(off):.0f} ms a page")
        browser.close()


def one(
    browser: Browser, folder: Path, number: int, cell: tuple[float, float, int]
) -> tuple[int, int, int, dict[str, int], dict[str, int]]:
    """What a walk was counted as: of this latency, seconds to each click, and pages."""
    latency, click, pages = cell
    with far_site(folder / "public", folder / f"var{number}", lambda: latency) as site:
        context = browser.new_context(base_url=site.address)
        page = context.new_page()
        page.goto("/404.html")
        page.evaluate(CHOICE)
        walk(page, PATH[:pages], click)
        ends = time.monotonic() + PATIENCE
        while views(site) < pages and time.monotonic() < ends:
            page.wait_for_timeout(100)
        page.wait_for_timeout(latency * 1_000 + 200)
        context.close()
        time.sleep(latency)  # What the context sent as it was closed.
        visits, viewed, continued, _ = site.counters("all").get("", (0, 0, 0, 0))
        return visits, viewed, continued, visits_by(site, "source"), visits_by(site, "entry")


def visits_by(site: Served, dimension: str) -> dict[str, int]:
    """The visits of each cell that has any."""
    return {cell: row[0] for cell, row in site.counters(dimension).items() if row[0]}


def engaged(browser: Browser, folder: Path, seconds: float) -> float:
    """Milliseconds by which the engaged time of one page differs from its clock's."""
    with (
        TemporaryDirectory(dir=folder) as var,
        far_site(folder / "public", Path(var), lambda: 0.02) as site,
    ):
        context = browser.new_context(base_url=site.address)
        page = context.new_page()
        page.goto("/404.html")
        page.evaluate(CHOICE)
        page.goto("/about/")
        page.wait_for_timeout(seconds * 1_000)
        passed = float(page.evaluate(DWELL, "/404.html"))
        ends = time.monotonic() + PATIENCE
        while not (row := site.counters("page").get("/about/")) or not row[3]:
            if time.monotonic() > ends:
                return float("inf")
            page.wait_for_timeout(50)
        context.close()
        return row[3] - passed


def main(what: str = "1000") -> None:
    """Either of the two."""
    if what == "lines":
        with TemporaryDirectory() as folder:
            lines(Path(folder))
    else:
        simulate(int(what))


if __name__ == "__main__":
    main(*sys.argv[1:])
