"""Whatever a site's files can cause is a fault that names the file, and never a traceback."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import build
from generator.publish.disk import Disk

SITES = Path(__file__).parents[1] / "sites"
DEEP = 3_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The good base, free to break."""
    return Path(shutil.copytree(SITES / "base", tmp_path / "site"))


def told(root: Path, *words: str) -> str:
    """What a command says; it must end with status 1, and without any exception."""
    result = CliRunner().invoke(build.main, ["--root", str(root), *words])
    assert isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert "hint: " in result.output
    return result.output


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def leads_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone")


def leads_to_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def a_pipe(path: Path) -> None:
    """Whoever opens it waits until somebody writes."""
    path.unlink()
    os.mkfifo(path)


def not_utf_8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00" + path.read_bytes())


FILES = (
    "site/settings.toml",
    "site/policy.toml",
    "site/navigation.toml",
    "site/audiences.toml",
    "site/forms/ask.toml",
    "content/about.md",
    "templates/page.html",
    "templates/blocks/note.html",
)


@pytest.mark.parametrize(
    "spoil", [folder_instead, leads_nowhere, leads_to_itself, a_pipe, not_utf_8]
)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_is_named(root, name, spoil):
    """A folder, a link without an end, or other bytes, where a file belongs."""
    note = root / "content" / "note.md"
    note.write_text("---\ntitle: Note\n---\n/// note\nWords.\n///\n")
    spoil(root / name)
    said = told(root, "check")
    names = (name, name.removeprefix("templates/"), f'no layout "{Path(name).stem}"', "/about/")
    assert any(each in said for each in names), said


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_file_that_the_system_refuses_is_named(root, name, number, monkeypatch):
    """Tests may run as root, who may read everything: the refusal is made up."""
    note = root / "content" / "note.md"
    note.write_text("---\ntitle: Note\n---\n/// note\nWords.\n///\n")
    wanted = root / name

    def refuse(path: Path) -> None:
        if Path(path) == wanted:
            raise OSError(number, os.strerror(number), str(path))

    def refusing(really: Callable[..., Any]) -> Callable[..., Any]:
        return lambda path, *given, **more: (refuse(path), really(path, *given, **more))[1]

    monkeypatch.setattr("builtins.open", refusing(open))
    monkeypatch.setattr(os, "open", refusing(os.open))
    said = told(root, "check")
    assert f"error: {name}: it cannot be read: {os.strerror(number)}\nhint: " in said


@pytest.mark.parametrize("name", ["content", "templates", "site", "site/forms"])
def test_a_file_where_a_folder_belongs_is_named(root, name):
    shutil.rmtree(root / name)
    (root / name).write_text("Words.")
    assert name in told(root, "check")


@pytest.mark.parametrize("name", ["content", "templates", "site", "site/forms", "site/assets"])
def test_a_folder_that_is_missing_is_told(root, name):
    shutil.rmtree(root / name)
    told(root, "check")


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".toml")])
@pytest.mark.parametrize(
    "text", ["= ", "x = [" * DEEP, "[" * DEEP, 'x = "\x00"', "x = 1e999999", "x = nan"]
)
def test_toml_that_is_none_or_too_deep_is_named(root, name, text):
    (root / name).write_text(text)
    assert name in told(root, "check")


WRONG = ["1", "[]", "{}", "true", '""', "[[1]]", "{a = {}}", "1979-05-27", "inf", '"\\u0000"']


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize(
    # tests/policy varies every entry of the register.
    "name",
    [name for name in FILES if name.endswith(".toml") and name != "site/policy.toml"],
)
def test_a_value_of_another_kind_is_named_or_right(root, name, value):
    """At every key of every file in turn."""
    lines = (root / name).read_text().split("\n")
    for number, line in enumerate(lines):
        key, mark, old = line.partition(" = ")
        if not mark or "{" in key or old.startswith(("[", '"""')) or key.startswith("#"):
            continue
        changed = [*lines[:number], f"{key} = {value}", *lines[number + 1 :]]
        (root / name).write_text("\n".join(changed))
        result = CliRunner().invoke(build.main, ["--root", str(root), "check"])
        assert result.exception is None or isinstance(result.exception, SystemExit), (line, value)


TEMPLATES = {
    '{{ page.minutes + "min" }}': "TypeError: unsupported operand",
    "{{ 1 // 0 }}": "ZeroDivisionError",
    "{{ [][3].x }}": "has no element 3",
    "{{ 5|join }}": "TypeError",
    "{{ page.title|dictsort }}": "",
    "{{ asset() }}": "TypeError",
    "{{ bits(5) }}": "AttributeError",
    "{{ 'x'.encode('ascii').decode('rot13') }}": "LookupError",
    '{% include "page.html" %}': "without an end",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}": "without an end",
    '{% include "gone.html" %}': 'there is no template "gone.html"',
    '{% include "../site/settings.toml" %}': "there is no template",
    "<!-- for Anna": "a comment has no end",
    "{% for x in 5 %}{% endfor %}": "TypeError",
    "{{ 'é'.encode('ascii') }}": "UnicodeEncodeError",
    "{{ {}[{}] }}": "",
    "{{ x( }}": "",
    "{% endif %}": "",
    "{{ page.title.nothing }}": "nothing",
    "{{ '%d' % 'x' }}": "TypeError",
    "{{ 'x'|no_such_filter }}": "No filter named",
}


@pytest.mark.parametrize("text", TEMPLATES)
def test_what_a_template_does_wrong_is_told_at_its_line(root, text):
    page = root / "templates" / "page.html"
    page.write_text(page.read_text().replace("</main>", f"\n{text}\n</main>"))
    line = page.read_text().split("\n").index(text) + 1
    said = told(root, "check")
    assert f"error: templates/page.html:{line}: " in said
    assert TEMPLATES[text] in said
    assert said.count("error: ") == 1, "each thing once"


PAGES = {
    "quotes in quotes": ("", ">" * DEEP + "x"),
    "lists in lists": ("", "\n".join("    " * n + "- x" for n in range(400))),
    "brackets": ("", "[" * DEEP),
    "html in html": ("", "<b>" * DEEP),
    "huge front matter": ("".join(f"k{n}: v\n" for n in range(2_000)), ""),
    "deep front matter": (f"summary: {'[' * DEEP}\n", ""),
    "layout with a nought": ('layout: "a\\0"\n', ""),
    "layout outside": ("layout: ../content/x\n", ""),
    "layout of a folder": ("layout: blocks\n", ""),
    "half a character": ('aliases: ["/\\ud800/"]\n', ""),
    "alias without an end": ("summary: &a [*a]\n", ""),
    "aliases that multiply": (
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
        "",
    ),
    "a date that is none": ("date: 0000-00-00\n", ""),
    "an order too large": (f"order: {'9' * 5_000}\n", ""),
    "one line of a megabyte": ("", "x" * 1_000_000),
    "blocks in blocks": ("", "/// note\n" * 500),
    "blocks that end": ("", "/// note\n" * 400 + "///\n" * 400),
    "a nought": ("", "a\0b"),
}
"""Front matter and text."""

THINGS: dict[str, Callable[[Path], object]] = {
    "a pipe": lambda content: os.mkfifo(content / "x.md"),
    "a name that is not UTF-8": lambda content: Path(
        os.fsdecode(bytes(content) + b"/\xff.md")
    ).write_text("x"),
    "a link to itself": lambda content: (content / "x").symlink_to("."),
    "links in a circle": lambda content: (
        (content / "x").symlink_to("y"),
        (content / "y").symlink_to("x"),
    ),
    "a link to /": lambda content: (content / "x").symlink_to("/"),
    "a folder where a file is published": lambda content: (
        (content / "Gate.svg").mkdir(),
        (content / "Gate.svg" / "x.md").write_text("---\ntitle: X\n---\n"),
    ),
    "a folder that is called as a page": lambda content: (content / "x.md").mkdir(),
}


def answered(root: Path) -> None:
    """A build ends well, or says what is wrong."""
    result = CliRunner().invoke(build.main, ["--root", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    if result.exit_code:
        assert "error: content/" in result.output
        assert "hint: " in result.output


@pytest.mark.parametrize("case", PAGES)
def test_a_page_of_any_kind_is_built_or_a_fault(root, case):
    front, text = PAGES[case]
    (root / "content/x.md").write_text(f"---\ntitle: X\n{front}---\n{text}\n")
    answered(root)


@pytest.mark.parametrize("case", THINGS)
def test_content_of_any_kind_is_built_or_a_fault(root, case):
    THINGS[case](root / "content")
    answered(root)
    answered(root)


def test_folders_too_deep_are_a_fault(root, request):
    """Deeper than Python goes, and than a path may be long."""
    here = os.open(root / "content", os.O_RDONLY)
    # Python's own removal of a tree is not up to it, and pytest's neither.
    request.addfinalizer(lambda: subprocess.run(["rm", "-rf", root], check=True))
    for _ in range(DEEP):
        os.mkdir("x", dir_fd=here)
        here, above = os.open("x", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    said = told(root, "check")
    assert "error: content" in said
    assert told(root).endswith("Nothing was published.\n")


def test_a_picture_that_is_renamed_during_the_build_is_a_fault(root, monkeypatch):
    """It was there when the folder was listed."""
    prepare = import_module("generator.prepare")
    really = prepare.make_pages
    monkeypatch.setattr(
        prepare,
        "make_pages",
        lambda *given: (
            (root / "content/gate.svg").rename(root / "content/door.svg"),
            really(*given),
        )[1],
    )
    assert "error: content/gate.svg: this file is missing\nhint: " in told(root)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_a_fault(root, number, monkeypatch):
    """A full disk, and a public/ that cannot be written."""

    def refuse(_: Disk, path: str, *__: object) -> None:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(Disk, "write", refuse)
    said = told(root)
    reason = re.escape(os.strerror(number))
    assert re.match(rf"error: public/\S+: it cannot be written: {reason}\nhint: \w", said)
    assert said.endswith("Nothing was published.\n")


def test_a_base_that_is_missing_is_told_once(root):
    """Each page's template asks for it; there is one thing to mend."""
    (root / "templates/page.html").unlink()
    for name in ("404", "article", "section"):
        (root / f"templates/{name}.html").write_text('{% extends "base.html" %}\n')
    (root / "templates/page.html").write_text('{% extends "base.html" %}\n')
    (root / "templates/resources.html").write_text('\n{% extends "bose.html" %}\n')
    said = told(root, "check")
    assert said == (
        'error: templates/404.html:1: there is no template "base.html"\n'
        '  1 | {% extends "base.html" %}\n    |             ^^^^^^^^^\n'
        "hint: add it to templates/, or correct the name here and in 3 others\n\n"
        'error: templates/resources.html:2: there is no template "bose.html"\n'
        '  1 |\n  2 | {% extends "bose.html" %}\n    |             ^^^^^^^^^\n'
        "hint: add it to templates/, or correct the name here\n\n2 errors\n"
    )


@pytest.mark.parametrize("kind", ["file", "link", "loop"])
def test_a_public_that_is_no_folder_is_a_fault(root, kind):
    public = root / "public"
    if kind == "file":
        public.write_text("Words.")
    else:
        public.symlink_to("gone" if kind == "link" else "public")
    said = told(root)
    assert "error: public: it cannot be written: " in said


@pytest.mark.parametrize("folder", ["content", "templates"])
def test_a_folder_that_is_missing_is_told_as_that(root, folder):
    (root / folder).rename(root / "elsewhere")
    said = told(root)
    assert f"error: {folder}: this folder is missing\nhint: put it back: " in said
    assert "\n1 error\n" in said


def test_the_root_may_stand_behind_the_command(root):
    for words in (["check", "--root", str(root)], ["check", f"--root={root}"]):
        assert CliRunner().invoke(build.main, words).stdout.startswith("No faults in ")


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_there_is_not_is_refused(root, port):
    result = CliRunner().invoke(build.main, ["--root", str(root), "serve", "--port", port])
    assert result.exit_code == 2
    assert "0<=x<=65535" in result.output


def test_a_register_that_was_not_released_hides_no_other_fault(root):
    """All that is wrong is told at once: also what stands in pages."""
    released = CliRunner().invoke(build.main, ["--root", str(root), "policy", "release"])
    assert released.exit_code == 0, released.output
    register = root / "site/policy.toml"
    field = 'fax = { category = "contact details", label = "Fax", holds = "A number" }\n'
    register.write_text(register.read_text().replace("[fields]\n", f"[fields]\n{field}"))
    (root / "content/x.md").write_text("---\ntitle: X\n---\nSee [us](/gone/).\n")
    form = root / "site/forms/ask.toml"
    asks = '\n[[field]]\nname = "fax"\nlabel = "Fax"\nkind = "tel"\nmost_characters = 40\n'
    form.write_text(form.read_text() + asks)
    said = told(root)
    assert "was released with other terms:\n  New field: Fax of submissions." in said
    assert "content/x.md:4: the link /gone/ leads to no page" in said
    assert "\n2 errors\n" in said
