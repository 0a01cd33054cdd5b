"""What a style sheet has browsers load in a state of their visitor."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from audit.observations import Observed
from audit.rules.compare import compare
from audit.style_states import loaded_by_state
from audit.target import LocalSite
from tests.fixtures.first_site import ROOT


@pytest.mark.parametrize(
    ("css", "state"),
    [
        ("input:focus { background: url(seen.svg) }", "input:focus"),
        ("a { &:hover { background: url('seen.svg') } }", "&:hover"),
        ("input[value^='a'] { background: url(a.svg) }", "input[value^='a']"),
        ("@media print { p { background: url(seen.svg) } }", "@media print"),
        ("@media (prefers-contrast: more) { p { background: url(a.svg) } }", "@media (prefers-contrast: more)"),
        ("@media (min-height: 900px) { p { background: url(a.svg) } }", "@media (min-height: 900px)"),
        ("@import url('paper.css') print;", "@import url('paper.css') print"),
        (":root { --seen: url(seen.svg) } a:visited { background: var(--seen) }", "a:visited"),
        ("a:hover { background: /* } */ image-set(\"https://example.org/a.png\" 1x) }", "a:hover"),
    ],
)  # fmt: skip
def test_what_is_loaded_in_a_state_is_told(css: str, state: str) -> None:
    assert list(loaded_by_state(css)) == [state]


@pytest.mark.parametrize(
    "css",
    [
        "p { background: url(all.svg) }",
        "a:hover { color: red }",
        "a:hover { background: url('data:image/svg+xml,<svg/>') }",
        "@media (min-width: 40em) { p { background: url(wide.svg) } }",
        "@media (prefers-color-scheme: dark) { :root { --sky: url(night.svg) } }",
        "@font-face { src: url(a.woff2) }",
        "/* a:hover { background: url(a.svg) } */",
        ":root { --day: url(day.svg) } main { background: var(--day) }",
    ],
)
def test_what_everybody_loads_is_not(css: str) -> None:
    assert list(loaded_by_state(css)) == []


def test_it_is_a_finding(public: Path, tmp_path: Path) -> None:
    """And there is none of it on the first site."""
    copy = tmp_path / "public"
    shutil.copytree(public, copy)
    honest = LocalSite.read(ROOT, copy)
    assert honest.styled() == ()
    (copy / "more.css").write_text("input:focus { background: url(seen.svg) }", encoding="utf-8")
    observed = replace(Observed("", ()), styled=honest.styled())
    (found,) = compare(honest.site, observed, complete=False)
    assert found.rule == "loaded by a state"
    assert "input:focus" in found.message
