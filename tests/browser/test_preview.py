"""Writing with the preview open: the browser shows what was saved."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures.first_site import ROOT


@pytest.fixture
def writing(tmp_path):
    """`build.py serve` on a copy of the first site; its folder and its address."""
    root = tmp_path / "site"
    for name in ("content", "site", "templates"):
        shutil.copytree(ROOT / name, root / name)
    process = subprocess.Popen(
        [sys.executable, "-u", "build.py", "--root", str(root), "serve", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = iter(process.stdout.readline, "")
    address = next(line.split()[-1] for line in lines if line.startswith("Plainsite is at"))
    yield root, address, process
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def test_a_save_is_shown_and_a_mistake_leaves_the_last_good_page(browser: Browser, writing) -> None:
    root, address, process = writing
    about = root / "content" / "about.md"
    text = about.read_text(encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{address}/about/")
    about.write_text(text + "\nA line that was added.\n", encoding="utf-8")
    expect(page.get_by_text("A line that was added.")).to_be_visible()
    about.write_text(text + "\nSee [nothing](/nothing-at-all/).\n", encoding="utf-8")
    told = next(line for line in iter(process.stdout.readline, "") if line.startswith("error:"))
    assert "content/about.md:" in told
    alert = page.get_by_role("alert").filter(has_text="Not published")
    expect(alert).to_contain_text("content/about.md:")
    expect(alert).to_contain_text("hint:")
    page.reload()
    expect(alert).to_contain_text("/nothing-at-all/")
    expect(page.get_by_text("A line that was added.")).to_be_visible()
    about.write_text(text + "\nMended.\n", encoding="utf-8")
    expect(page.get_by_text("Mended.")).to_be_visible()
    expect(alert).to_have_count(0)
    page.close()
