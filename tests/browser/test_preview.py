"""Writing with the preview open: the browser shows what was saved, and what is wrong with it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.fixtures.first_site import ROOT

SLOW = 30_000
"""Milliseconds: on a busy machine a build takes its time."""


class Writing:
    """`build.py serve` on a copy of the first site."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.about = root / "content" / "about.md"
        self._process: subprocess.Popen[str] | None = None

    def serve(self, *words: str) -> str:
        """Start it; the address."""
        self._process = subprocess.Popen(
            [sys.executable, "-u", "build.py", "--root", self.root, "serve", "--port", "0", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self.says("Plainsite is at ").split()[-1]

    def says(self, begin: str) -> str:
        """The next line that begins so."""
        assert self._process is not None
        assert self._process.stdout is not None
        lines = iter(self._process.stdout.readline, "")
        return next(line for line in lines if line.startswith(begin))

    def end(self) -> str:
        """Ctrl-C; what it still said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.communicate(timeout=60)[0]


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    """The first site, free to change."""
    root = tmp_path / "site"
    for name in ("content", "site", "templates"):
        shutil.copytree(ROOT / name, root / name)
    made = Writing(root)
    yield made
    assert made.end().endswith("Stopped.\n")


def test_a_save_is_shown_and_a_mistake_leaves_the_last_good_page(browser: Browser, writing) -> None:
    address, about = writing.serve(), writing.about
    text = about.read_text(encoding="utf-8")
    page = browser.new_page()
    page.goto(f"{address}/about/")
    about.write_text(text + "\nA line that was added.\n", encoding="utf-8")
    expect(page.get_by_text("A line that was added.")).to_be_visible(timeout=SLOW)
    about.write_text(text + "\nSee [nothing](/nothing-at-all/).\n", encoding="utf-8")
    assert "content/about.md:" in writing.says("error:")
    alert = page.get_by_role("alert").filter(has_text="Not published")
    expect(alert).to_contain_text("content/about.md:", timeout=SLOW)
    expect(alert).to_contain_text("hint:")
    page.reload()
    expect(alert).to_contain_text("/nothing-at-all/", timeout=SLOW)
    expect(page.get_by_text("A line that was added.")).to_be_visible()
    about.write_text(text + "\nMended.\n", encoding="utf-8")
    expect(page.get_by_text("Mended.")).to_be_visible(timeout=SLOW)
    expect(alert).to_have_count(0)
    page.close()


@pytest.mark.parametrize("words", [(), ("--as-published",)])
def test_it_starts_although_a_fault_stands_and_the_site_comes_by_itself(
    browser: Browser, writing, words
) -> None:
    """Where nothing was ever built, the faults are the page, until they are mended."""
    settings = writing.root / "site" / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + "\nunknown = 1\n", encoding="utf-8")
    page = browser.new_page()
    answer = page.goto(writing.serve(*words))
    assert answer is not None
    assert answer.status == 503
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("site/settings.toml:")
    expect(alert).to_contain_text("hint:")
    settings.write_text(text, encoding="utf-8")
    expect(page.get_by_role("main")).to_be_visible(timeout=SLOW)
    expect(page).to_have_title(re.compile("School"))
    page.close()


def spoil_template(root: Path) -> Callable[[], object]:
    path = root / "templates" / "page.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{% endblock", '{{ page.minutes + "min" }}{% endblock', 1))
    return lambda: path.write_text(text)


def spoil_title(root: Path) -> Callable[[], object]:
    path = root / "content" / "new.md"
    path.write_text('---\ntitle: "a\\uD800c"\n---\n')
    return path.unlink


def spoil_link(root: Path) -> Callable[[], object]:
    path = root / "content" / "new.md"
    path.symlink_to("gone.md")
    return path.unlink


def spoil_folder(root: Path) -> Callable[[], object]:
    (root / "site").rename(root / "elsewhere")
    return lambda: (root / "elsewhere").rename(root / "site")


def spoil_content(root: Path) -> Callable[[], object]:
    (root / "content").rename(root / "Inhalt")
    return lambda: (root / "Inhalt").rename(root / "content")


def spoil_public(root: Path) -> Callable[[], object]:
    """A mistake of the machine's: the manifest's place is taken by what cannot be removed."""
    (root / "public").rename(root / "kept")
    (root / "public").write_text("?")
    return lambda: ((root / "public").unlink(), (root / "kept").rename(root / "public"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_template, "templates/page.html:"),
        (spoil_title, "content/new.md:2:"),
        (spoil_link, "content/new.md: this link leads nowhere"),
        (spoil_folder, "site: this folder is missing"),
        (spoil_content, "content: this folder is missing"),
        (spoil_public, "public: it cannot be written"),
    ],
)
def test_whatever_goes_wrong_is_shown_and_the_preview_lives(
    browser: Browser, writing, spoil, said
) -> None:
    """It used to stop watching without a word."""
    page = browser.new_page()
    page.goto(f"{writing.serve()}/about/")
    text = writing.about.read_text(encoding="utf-8")
    mend = spoil(writing.root)
    if writing.about.exists():
        writing.about.write_text(text + "\nMeanwhile.\n", encoding="utf-8")
    alert = page.get_by_role("alert").filter(has_text="Not published")
    expect(alert).to_contain_text(said, timeout=SLOW)
    mend()
    writing.about.write_text(text + "\nMended.\n", encoding="utf-8")
    expect(page.get_by_text("Mended.")).to_be_visible(timeout=SLOW)
    expect(alert).to_have_count(0)
    page.close()


def test_a_declaration_that_changed_in_a_build_that_failed_is_served_after_it(
    browser: Browser, writing
) -> None:
    """The form's words changed while a link was dead; they are there once the link is mended."""
    address = writing.serve()
    page = browser.new_page()
    page.goto(f"{address}/about/")
    text = writing.about.read_text(encoding="utf-8")
    writing.about.write_text(text + "\nSee [nothing](/nothing-at-all/).\n", encoding="utf-8")
    alert = page.get_by_role("alert").filter(has_text="Not published")
    expect(alert).to_contain_text("/nothing-at-all/", timeout=SLOW)
    settings = writing.root / "site" / "settings.toml"
    name = re.search(r'^name = "(.*)"', settings.read_text(encoding="utf-8"), re.MULTILINE)
    assert name
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(name[0], 'name = "Other Name"', 1)
    )
    writing.about.write_text(text + "\nMended.\n", encoding="utf-8")
    expect(page.get_by_text("Mended.")).to_be_visible(timeout=SLOW)
    page.goto(f"{address}/staff/")
    expect(page).to_have_title(re.compile("Other Name"))
    page.close()
