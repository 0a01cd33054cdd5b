"""What is in a letter beside its text: HTML that loads nothing is text too."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8

import pytest

from audit.journeys.opened_letters import Opening
from audit.mailbox import Posted

HOME = "https://www.example.org"


def extras(html: str) -> tuple[str, ...]:
    message = EmailMessage()
    message["To"] = "ada@example.org"
    message.set_content("Hello")
    message.add_alternative(html, subtype="html")
    came = message_from_bytes(message.as_bytes(), policy=SMTPUTF8)
    return Opening({}, {}, [HOME]).letter_of(Posted(came, "", ())).extras


def test_html_that_loads_nothing_is_as_good_as_text() -> None:
    html = f'<style>p {{ color: red }}</style><p><a href="{HOME}/staff/">Read it there</a></p>'
    assert extras(html) == ()


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/pixel.gif">',
        "<p style='background: url(/pixel.gif)'>Hello</p>",
        "<style>@import '/style.css'</style>",
        '<link rel="stylesheet" href="/style.css">',
        '<table background = "/pixel.gif"></table>',
        '<form action="/read"><button>Yes</button></form>',
    ],
)
def test_html_that_asks_somebody_is_told(html: str) -> None:
    assert extras(html) == ("a part of type text/html",)


def test_a_link_to_elsewhere_is_told() -> None:
    assert extras('<a href="https://elsewhere.example/">x</a>') == ("a link to elsewhere.example",)
