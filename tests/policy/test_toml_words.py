"""What is wrong in a file that is no TOML, in the words of those who write it."""

from __future__ import annotations

import inspect
import re
import tomllib

import pytest

from policy.toml_source import _SYNTAX, syntax_fault

HEADING, LIST = "[a]\nb = 1\n", "a = [1]\n"
CASES = {
    'a = "x"\na = "y"\n': (2, "this name is there twice"),
    HEADING + HEADING: (3, "this name is there twice"),
    LIST + "[[a]]\n": (2, "this name is there twice"),
    "a = {b = 1, b = 2}\n": (1, "this name is there twice"),
    "a = {b = 1}\na.c = 2\n": (2, "this name is there twice"),
    "a = 1\n[a.b]\n": (2, "this name is there twice"),
    "a = [1 2]\n": (1, "this list has no end"),
    'a = {b = "x"\n': (1, "this table has no end"),
    'a = "x\n': (1, "this text has no end"),
    'a = "x': (1, "this text has no end"),
    'a "x"\n': (1, "a value is missing"),
    "[a\n": (1, "the brackets of this heading do not close"),
    "[[a]\n": (1, "the brackets of this heading do not close"),
    "a = 1 b = 2\n": (1, "there is more on this line than one value"),
    'a = "C:\\places"\n': (1, "a backslash means nothing by itself"),
    'a = "C:\\users"\n': (1, "digits are missing after the backslash"),
    'a = "\\ud800"\n': (1, "this character cannot be written like that"),
    "a = 2026-02-30\n": (1, "there is no such date"),
    "= 1\n": (1, "a name is missing before the equals sign"),
    "a = one\n": (1, "this is no value"),
    "a = 'x\0'\n": (1, "a character that cannot be seen stands here"),
}


@pytest.mark.parametrize("text", CASES)
def test_a_mistake_is_told_with_its_line_and_its_own_hint(text: str) -> None:
    """All of them were answered with how text is quoted."""
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads(text)
    fault = syntax_fault("site/settings.toml", text, str(error.value))
    line, what = CASES[text]
    assert (fault.line, fault.message) == (line, f"this is not TOML: {what}")
    assert fault.hint


def test_all_that_python_says_has_words_of_ours() -> None:
    source = inspect.getsource(tomllib._parser)  # type: ignore[attr-defined]  # private
    said = re.findall(r'suffixed_err\([^"]*?f?"([^"{]+)', source)
    assert len(said) > 15
    said = [each.encode().decode("unicode_escape") for each in said]
    of_ours = [each for each in said if not each.startswith("Expected ")]
    assert [each for each in of_ours if not each.startswith(tuple(_SYNTAX))] == []
