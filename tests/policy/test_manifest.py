"""`public/_build.json`: what is written is read, and what cannot be read is said."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.manifest import (
    BUILD_FILE,
    FORM,
    SUFFIXES,
    Build,
    Damaged,
    File,
    NotBuilt,
    OtherForm,
    Page,
    Stored,
    digest_of,
    read_build,
    to_json,
)
from policy.published import Published, Replaced

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2100, 1, 1))
SIZES = st.integers(0, 2**40)
STORED = st.builds(Stored, WORDS, WORDS, SIZES)


@st.composite
def files(draw: st.DrawFn) -> File:
    plain = draw(STORED)
    packed = draw(st.dictionaries(st.sampled_from(["br", "gzip"]), st.tuples(WORDS, SIZES)))
    encodings = {
        name: Stored(plain.path + SUFFIXES[name], *stated) for name, stated in packed.items()
    }
    tried = draw(st.sampled_from(["", "fast", "best"]))
    return File(plain, draw(WORDS), encodings, draw(st.booleans()), draw(st.none() | DAYS), tried)


FILES = files()
BUILDS = st.builds(
    Build,
    st.integers(1, 99),
    st.dictionaries(WORDS, st.builds(Page, WORDS, st.none() | WORDS, st.booleans()), max_size=3),
    st.dictionaries(WORDS, FILES, max_size=3),
    st.dictionaries(WORDS, st.dictionaries(WORDS, FILES, max_size=2), max_size=2),
    st.dictionaries(WORDS, WORDS, max_size=3),
    st.dictionaries(WORDS, WORDS, max_size=3),
    WORDS,
    WORDS,
)


def publish(public: Path, build: Build) -> None:
    """Put a manifest in its place, as the generator does: whole, in one step."""
    part = public / "part"
    part.write_bytes(to_json(build))
    part.replace(public / BUILD_FILE)


def one_page(public: Path, text: str) -> Build:
    data = text.encode()
    (public / "index.html").write_bytes(data)
    file = File(Stored("index.html", digest_of(data), len(data)), "text/html")
    return Build(1, {"/": Page("Home")}, {"/": file}, {}, {}, {})


@given(BUILDS)
def test_what_is_written_is_read(tmp_path_factory, build):
    public = tmp_path_factory.mktemp("public")
    publish(public, build)
    assert read_build(public) == build


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", Damaged, "damaged"),
        ("{", Damaged, "damaged"),
        ("[]", Damaged, "damaged"),
        ('"files"', Damaged, "damaged"),
        ("\xff", Damaged, "damaged"),
        ('{"files": {}}', OtherForm, f"it has form 1, and this version of Plainsite reads {FORM}"),
        ('{"manifest": 99}', OtherForm, "it has form 99"),
        ('{"manifest": "2"}', Damaged, "damaged"),
        (f'{{"manifest": {FORM}}}', Damaged, "it is not what a build wrote"),
    ],
)
def test_a_manifest_that_cannot_be_read_says_why_and_what_to_do(tmp_path, text, kind, said):
    (tmp_path / BUILD_FILE).write_bytes(text.encode("latin-1"))
    with pytest.raises(kind) as told:
        read_build(tmp_path)
    assert said.replace(f"reads {FORM}", f"reads form {FORM}") in str(told.value)
    assert f"{tmp_path.name}/{BUILD_FILE}" in str(told.value)
    assert "hint: build again: python build.py" in str(told.value)


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"", 4),  # From before pages came and went.
        (b'"changes_at":0,"gone":[],"leads":{},', FORM + 1),
        (b'"changes_at":0,"gone":[],"leads":{},', FORM),  # Of a version between two forms.
        (b'"gone":[],', FORM),
    ],
)
def test_a_whole_manifest_of_another_version_says_so(tmp_path, head, form):
    """Its check sum is right, and its head says more or less than is read."""
    text = to_json(one_page(tmp_path, "Words."))[: -len('"check":"00000000"}\n')]
    text = text.replace(b'"changes_at":0,"experiments":[],"gone":[],', head, 1)
    text = text.replace(b'{"manifest":%d,' % FORM, b'{"manifest":%d,' % form, 1)
    (tmp_path / BUILD_FILE).write_bytes(text + f'"check":"{zlib.crc32(text):08x}"}}\n'.encode())
    with pytest.raises(OtherForm, match=r"hint: build again: python build\.py"):
        read_build(tmp_path)


@given(st.data())
def test_a_manifest_with_anything_changed_is_read_or_damaged(tmp_path_factory, data):
    """Never another error, whatever stands at any place of the file."""
    public = tmp_path_factory.mktemp("public")
    stated = json.loads(to_json(one_page(public, "Words.")))
    at = stated
    while isinstance(at, dict) and at:
        key = data.draw(st.sampled_from(sorted(at)))
        if not isinstance(at[key], dict) or data.draw(st.booleans()):
            at[key] = data.draw(st.none() | st.integers() | WORDS | st.lists(WORDS, max_size=2))
            break
        at = at[key]
    (public / BUILD_FILE).write_text(json.dumps(stated))
    with contextlib.suppress(Damaged, OtherForm):
        read_build(public)


def test_a_site_that_was_never_built_and_one_that_cannot_be_read(tmp_path):
    with pytest.raises(NotBuilt, match="not built yet"):
        read_build(tmp_path / "public")
    (tmp_path / BUILD_FILE).mkdir()
    with pytest.raises(Damaged, match="cannot be read: Is a directory"):
        read_build(tmp_path)


def test_a_new_build_is_seen_and_the_old_one_stays_where_it_cannot_be_read(tmp_path):
    publish(tmp_path, one_page(tmp_path, "Old."))
    published = Published(tmp_path)
    old = published.build
    assert published.refresh() is old
    new = replace(old, register=2)
    publish(tmp_path, new)
    assert published.refresh() == new
    (tmp_path / BUILD_FILE).write_text("{")
    with pytest.raises(Damaged):
        published.refresh()
    assert published.build == new


def test_a_file_of_a_build_that_was_replaced_is_never_taken_for_the_old_one(tmp_path):
    """The bytes changed after they were looked up: the reader is told to look again."""
    publish(tmp_path, one_page(tmp_path, "Old."))
    published = Published(tmp_path)
    old = published.build
    with published.open(old, old.file("/").plain) as file:
        assert file.read() == b"Old."
    publish(tmp_path, one_page(tmp_path, "New."))
    with pytest.raises(Replaced):
        published.open(old, old.file("/").plain)
    (tmp_path / "index.html").unlink()
    publish(tmp_path, replace(old, files={}))
    with pytest.raises(Replaced):
        published.open(published.build, old.file("/").plain)
    build = published.refresh()
    with pytest.raises(FileNotFoundError):
        published.open(build, old.file("/").plain)


def test_a_file_that_is_being_moved_is_found_in_both_places(tmp_path):
    build = one_page(tmp_path, "Old.")
    new = tmp_path / "0" / "index.html"
    new.parent.mkdir()
    new.write_bytes(b"New.")
    publish(tmp_path, replace(build, moving="0"))
    published = Published(tmp_path)
    for _ in range(2):
        with published.open(published.build, published.build.file("/").plain) as file:
            assert file.read() == b"New."
        if new.exists():
            os.replace(new, tmp_path / "index.html")  # noqa: PTH105  (as the generator does)
