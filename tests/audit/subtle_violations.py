"""Violations within what is declared: in the value of a column, the header of a letter, the words
of a page. Planted before the rules that name them."""

from __future__ import annotations

import datetime
import hashlib
import io
import itertools
import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import text
from werkzeug.wrappers import Request, Response

from .hidden_violations import for_teachers, on_status
from .planting import (
    LOG,
    App,
    Violation,
    a_month_longer,
    answers,
    header,
    html,
    keeps,
    letters,
    script,
    seen,
    sql,
)
from .renumbering import by_the_clock, of_the_address, renumbered
from .seeded_violations import HOUR, table

__all__ = ["SUBTLE"]

HOME = "/"
SPANISH = "/es/privacy/stored/"
PERMITTED = ("forms with permission",)


def language_for_nothing(request: Request) -> None:
    """What the browser says of its language, in the place of an answer that was left out."""
    if request.method == "POST" and request.path.startswith("/form/"):
        sent = parse_qsl(request.get_data(cache=True).decode(), keep_blank_values=True)
        filled = [
            (name, text or "en-US") if name == "organization" else (name, text)
            for name, text in sent
        ]
        body = urlencode(filled).encode()
        request.environ.update({"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))})


def dated_anew(app: App) -> App:
    """Each deletion sets the day of what is left to today."""
    service = app.extensions["plainsite"]
    thread, engine = service.retention_thread, service.contacts._engine
    purge = thread.purge

    def also() -> Any:
        done = purge()
        today = datetime.datetime.fromtimestamp(service.clock(), datetime.UTC).date().isoformat()
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE submissions SET day = '{today}'"))
        return done

    thread.purge = also
    return app


def as_header(name: str, value: str) -> Callable[[EmailMessage], None]:
    def change(message: EmailMessage) -> None:
        message[name] = value

    return change


def hashed_in_its_id(message: EmailMessage) -> None:
    """With a key, so that nobody finds it who has not got that."""
    raw = str(message["To"]).encode()
    number = hashlib.blake2b(raw, key=b"secret", digest_size=16).hexdigest()
    message.replace_header("Message-ID", f"<{number}@example.org>")


def numbered_link(message: EmailMessage) -> None:
    """Behind what is signed."""
    message.set_content(re.sub(r"(https?://\S{40,}/)", r"\1?from=4711", message.get_content()))


_BLANKS = itertools.count(1)


def numbered_blanks(message: EmailMessage) -> None:
    """As blanks at the end of a line."""
    words = message.get_content()
    message.set_content(words.replace("\n", " " * next(_BLANKS) + "\n", 1))


def other_half(app: App) -> App:
    """Every other service answers a count with another number."""
    even = next(_HALVES)

    def change(request: Request, response: Response) -> None:
        if request.path == "/visit/view" and response.status_code == 204:
            response.status_code = 204 if even else 200

    return answers(change)(app)


_HALVES = itertools.cycle((True, False))
STATE = "history.replaceState({ number: 4711 }, '');"
FETCH = """const plain = fetch;
  fetch = (address, how = {}) => plain(address, how.body ? CHANGED : how);"""
BLANKS = FETCH.replace("CHANGED", "{ ...how, body: how.body + ' '.repeat(1 + screen.height % 60) }")
ACCEPT = FETCH.replace(
    "CHANGED", "{ ...how, headers: { ...how.headers, Accept: `*/*;v=${screen.height}` } }"
)
OWN_HEADER = FETCH.replace("CHANGED", "{ ...how, headers: { ...how.headers, 'X-Number': '4711' } }")
HIDDEN_FIELD = """addEventListener("formdata", ({ formData }) => { formData.append("height", screen.height); });"""


MEASURED = """for (const name of ["Arial", "Wingdings", "Verdana", "Courier", "Georgia", "Impact", "Tahoma", "Calibri", "Menlo"]) {
  const one = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const text = document.createElementNS(one.namespaceURI, "text"); text.setAttribute("font-family", name); text.textContent = "mmm"; one.append(text); document.documentElement.append(one);
  one.firstChild.getComputedTextLength(); one.remove(); }"""
COLOURS = """for (const name of ["Canvas", "ButtonFace", "Highlight", "LinkText", "GrayText", "Field", "MarkText"]) {
  const one = document.createElement("i"); one.style.color = name; document.documentElement.append(one); getComputedStyle(one).color; one.remove(); }"""
MEDIA = """for (const one of ["prefers-reduced-motion", "prefers-contrast", "color-gamut", "forced-colors", "pointer", "hover", "inverted-colors"]) matchMedia(`(${one})`);"""
CODECS = "document.createElement('audio').canPlayType('audio/flac');"
PRINTED = "addEventListener('beforeprint', () => localStorage.setItem('printed', '4711'));"
COPIED = """document.addEventListener("copy", (event) => { event.clipboardData.setData("text/plain", `${getSelection()} /?from=4711`); event.preventDefault(); });"""
PRESSED = """document.addEventListener("mousedown", ({ target }) => { const link = target.closest("a"); if (link && link.host !== location.host) link.href += "?from=4711"; });"""
LATER = "if (Date.now() > new Date(2028, 5)) localStorage.setItem('later', '4711');"


def template_of_all(app: App) -> App:
    """All addresses in each page of staff, where nobody sees them."""
    engine = app.extensions["plainsite"].contacts._engine

    def change(request: Request, response: Response) -> None:
        if request.path.startswith("/staff/") and response.mimetype == "text/html":
            with engine.begin() as connection:
                all_of_them = ",".join(connection.scalars(text("SELECT email FROM contacts")))
            page = response.get_data(as_text=True)
            response.set_data(page.replace("</body>", f"<template>{all_of_them}</template></body>"))

    return answers(change)(app)


def every_second(app: App) -> App:
    """Of the looks at what people sent, every second is written down."""
    context = app.extensions["plainsite"]
    engine = context.contacts._engine
    looks = itertools.count()

    def change(request: Request, response: Response) -> None:
        if request.path.startswith("/staff/contacts/") and next(looks) % 2:
            with engine.begin() as connection:
                connection.execute(
                    text(
                        "DELETE FROM access_log WHERE id = (SELECT id FROM access_log WHERE action LIKE 'read %' ORDER BY at DESC LIMIT 1)"
                    )
                )

    return answers(change)(app)


def log_a_number(request: Request) -> None:
    """A line that is declared, whose number is made of who sends a form."""
    if request.method == "POST" and request.path.startswith("/form/"):
        number = (
            int(hashlib.sha256(b"secret" + request.get_data(cache=True)).hexdigest(), 16) % 10**12
        )
        request.environ["wsgi.input"] = io.BytesIO(request.get_data(cache=True))
        LOG.info("removed from submissions, as their time was over: %d", number)


def on_failure(app: App) -> App:
    """What was typed is printed where it could not be stored."""

    def change(request: Request, response: Response) -> None:
        if request.method == "POST" and response.status_code == 503:
            print("lost:", request.form.to_dict())

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        response = Response.from_app(app, environ)
        environ["wsgi.input"] = io.BytesIO(body)
        change(Request(environ), response)
        return response(environ, start)

    return wrapped


FROM_ELSEWHERE = """if (document.referrer && !document.referrer.startsWith(location.origin)) addEventListener("DOMContentLoaded", () => {
  document.querySelector("h1").textContent = "Welcome, you who searched"; });"""
BY_MACHINE = """addEventListener("DOMContentLoaded", () => {
  document.querySelector("h1").textContent = `Made for ${navigator.platform} at ${new Date().getHours()}`; });"""


def for_phones(app: App) -> App:
    return for_teachers(app, lambda environ: "iPhone" in environ.get("HTTP_USER_AGENT", ""))


def for_spanish(request: Request, response: Response) -> None:
    if request.headers.get("Accept-Language", "").startswith("es"):
        response.headers.add("Set-Cookie", "habla=1; Path=/")


TURNED = """if (innerWidth < 600) { const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) { setItem.call(this, key, value.replace(/^no/, "yes")); }; }"""

SUBTLE = (
    Violation("the browser's language in the place of an answer", "stored otherwise", ("forms",), wrap=seen(language_for_nothing)),
    Violation("numbers that begin with the millisecond", "number not random", ("pages for a role",),
        wrap=renumbered("submissions", by_the_clock)),
    Violation("a number that is made of the address", "number not random", ("own data",), wrap=renumbered("contacts", of_the_address)),
    Violation("minutes in a column of hours", "dated otherwise", tamper=sql("counters", f"INSERT INTO closings VALUES ({HOUR} * 60, 4711)")),
    Violation("rows that are kept a month longer", "kept too long", ("retention",), wrap=keeps(a_month_longer)),
    Violation("a day that each deletion sets to today", "dated otherwise", ("retention",), wrap=dated_anew),
    Violation("a second receiver on the envelope alone", "letter to somebody else", PERMITTED, wrap=letters(lambda letter: None, ("copies@elsewhere.example",))),
    Violation("answers to a letter that go to somebody else", "letter with something else", PERMITTED, wrap=letters(as_header("Reply-To", "copies@elsewhere.example"))),
    Violation("a letter that asks whether it was read", "letter with something else", PERMITTED,
        wrap=letters(as_header("Disposition-Notification-To", "copies@elsewhere.example"))),
    Violation("a letter that asks whether it came", "letter with something else", PERMITTED, wrap=letters(as_header("Return-Receipt-To", "copies@elsewhere.example"))),
    Violation("a hash of the address in the number of a letter", "number not random", ("own data",), wrap=letters(hashed_in_its_id)),
    Violation("a number behind a link that is signed", "letter with something else", PERMITTED, wrap=letters(numbered_link)),
    Violation("a number in the blanks of a letter", "letter with something else", (*PERMITTED, "own data"), wrap=letters(numbered_blanks)),
    Violation("a number in the state of the history", "undeclared storage", wrap=script(STATE)),
    Violation("a number as blanks behind the JSON of a view", "data in a body", ("accept",), wrap=script(BLANKS, first=True)),
    Violation("a number in a field that a script adds", "data in a body", ("forms",), wrap=script(HIDDEN_FIELD)),
    Violation("the height of the screen in the Accept header", "data in a header", ("accept",), wrap=script(ACCEPT, first=True)),
    Violation("a header of its own with a number", "data in a header", ("accept",), wrap=script(OWN_HEADER, first=True)),
    Violation("the height of the screen as an address", "undeclared request", wrap=script("fetch(`/n/${screen.height}`);")),
    Violation("another status for half of the visitors", "identifier", ("paired run", "other paired run"), wrap=other_half),
    Violation("another heading for who comes from elsewhere", "said otherwise", ("from elsewhere",), wrap=script(FROM_ELSEWHERE)),
    Violation("another heading by machine and hour", "said otherwise", wrap=script(BY_MACHINE)),
    Violation("all addresses in every page of staff", "trace of a visitor", ("fewer roles",), wrap=template_of_all),
    Violation("looks at contacts of which every second is written down", "look not written down", ("staff",), wrap=every_second),
    Violation("a hash of the visitor as a number in the log", "trace of a visitor", ("forms",), wrap=seen(log_a_number)),
    Violation("what was typed, printed when the database refuses", "trace of a visitor", ("forms with mistakes",), wrap=on_failure),
    Violation("a page for teachers, for one kind of telephone", "page without consent", ("narrow window",), wrap=for_phones),
    Violation("another unit of time in Spanish", "privacy page", pages=(SPANISH,), wrap=html(r"\b(\d+) meses\b", r"\1 días", SPANISH)),
    Violation("a cookie where nothing changed", "undeclared Set-Cookie", ("every address",), wrap=on_status(304)),
    Violation("a cookie with what stands in no page", "undeclared Set-Cookie", ("every address",), wrap=header("Set-Cookie", "id=4711; Path=/", "/robots.txt")),
    Violation("a cookie on a page of staff that few open", "undeclared Set-Cookie", ("staff",), wrap=header("Set-Cookie", "id=4711; Path=/", "/staff/retention/")),
    Violation("a cookie for who asks too often", "undeclared Set-Cookie", ("own data",), wrap=on_status(429)),
    Violation("a cookie for who speaks Spanish", "undeclared Set-Cookie", ("narrow window",), wrap=answers(for_spanish)),
    Violation("a no that becomes a yes in a narrow window", "question", ("narrow window",), wrap=script(TURNED, first=True)),
    Violation("letters of a drawing measured by their width", "fingerprinting", wrap=script(MEASURED)),
    Violation("the reading of the system's colours", "fingerprinting", wrap=script(COLOURS)),
    Violation("the reading of many kinds of media", "fingerprinting", wrap=script(MEDIA)),
    Violation("the reading of what can be played", "fingerprinting", wrap=script(CODECS)),
    Violation("the reading of how much may be kept", "fingerprinting", wrap=script("navigator.storage?.estimate();")),
    Violation("the reading of the time zone", "fingerprinting", wrap=script("new Intl.DateTimeFormat().resolvedOptions().timeZone;")),
    Violation("a request to keep things for good", "permission asked for", wrap=script("navigator.storage?.persist();")),
    Violation("a request to notify", "permission asked for", wrap=script("Notification.requestPermission();")),
    Violation("the clipboard, read on a click", "permission asked for", ("accept",), wrap=script("addEventListener('click', () => navigator.clipboard?.readText().catch(() => {}));")),
    Violation("a key that is written when a page is printed", "undeclared storage", ("deeds",), wrap=script(PRINTED)),
    Violation("a number in what is copied", "copied otherwise", ("deeds",), wrap=script(COPIED)),
    Violation("a number in the address of a link that is pressed", "data in an address", ("deeds",), (HOME, "/about/"), wrap=script(PRESSED)),
    Violation("a key from another year on", "undeclared storage", ("days later",), wrap=script(LATER)),
    Violation("a link that tells when it is followed", "undeclared connection", wrap=html("<footer", '<a href="/about/" ping="/own/">x</a><footer')),
)  # fmt: skip


if __name__ == "__main__":
    print(table(SUBTLE), end="")
