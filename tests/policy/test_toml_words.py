"""What is wrong in a file that is no TOML, in the words of those who write it."""

from __future__ import annotations

import inspect
import re
import tomllib

import pytest

from policy.toml_words import _SYNTAX, syntax_fault

HEADING, LIST = "[a]\nb = 1\n", "a = [1]\n"
CASES = {
    'a = "x"\na = "y"\n': (2, "this name is there twice"),
    HEADING + HEADING: (3, "this name is there twice"),
    LIST + "[[a]]\n": (2, "this name is there twice"),
    "a = {b = 1, b = 2}\n": (1, "this name is there twice"),
    "a = {b = 1}\na.c = 2\n": (2, "this name is there twice"),
    "a = 1\n[a.b]\n": (2, "this name is there twice"),
    "a = [1\n": (1, "this list has no end"),
    "a = [1 2]\n": (1, "a comma, or ], is missing behind this"),
    'a = ["x" "y"]\n': (1, "a comma, or ], is missing behind this"),
    'a = [\n  "#x"  # one\n  # two\n\n  "y",\n]\n': (2, "a comma, or ], is missing behind this"),
    'a = ["x",\n  "y"\n\nb = 1\n': (2, "a comma, or ], is missing behind this"),
    "a = [{ b = 1 }\n  { b = 2 }]\n": (1, "a comma, or ], is missing behind this"),
    'a = {b = "x"\n': (1, "this table has no end"),
    "a = {b = 1 c = 2}\n": (1, "a comma, or }, is missing behind this"),
    "a = {b = 1,\n  c = 2}\n": (1, "a table in braces ends on the line on which it begins"),
    "a = {b = 1, }\n": (1, "a comma stands behind the last value in braces"),
    "a = True\n": (1, "this is no value"),
    "a\u00a0= 1\n": (1, "a space that is no plain one stands here, and is not read as a space"),
    "a =\u202f1\n": (1, "a space that is no plain one stands here, and is not read as a space"),
    "\u00a0a = 1\n": (1, "a space that is no plain one stands here, and is not read as a space"),
    "b = 1\n[a\u200b]\n": (
        2,
        "a space that is no plain one stands here, and is not read as a space",
    ),
    "a = [1,\n\u00a02]\n": (
        2,
        "a space that is no plain one stands here, and is not read as a space",
    ),
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


@pytest.mark.parametrize(
    ("text", "about", "hint"),
    [
        ('a = ["x" "y"]\n', '"x"', "write a comma between two values, and ] after the last"),
        (
            'a = [ "#x"  # one\n "y" ]\n',
            '"#x"',
            "write a comma between two values, and ] after the last",
        ),
        (
            "a = [{ b = 1 }\n  { b = 2 }]\n",
            "}",
            "write a comma between two values, and ] after the last",
        ),
        ("a = True\n", "True", "write true, in small letters"),
        ("a = [FALSE]\n", "FALSE", "write false, in small letters"),
        ("a = yes\n", "yes", "write true or false, or text in straight quotes"),
        ("a = Off # x\n", "Off", "write true or false, or text in straight quotes"),
        ("a = Truely\n", "Truely", 'text stands in straight quotes: key = "text"'),
        (
            "a =\u00a01\n",
            "\u00a0",
            "remove it, and type a space: programs for letters put others in its place",
        ),
    ],
)
def test_the_place_and_the_hint_are_those_of_the_mistake(text: str, about: str, hint: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as error:
        tomllib.loads(text)
    fault = syntax_fault("site/settings.toml", text, str(error.value))
    assert (fault.about, fault.hint) == (about, hint)
