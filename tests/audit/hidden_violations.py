"""Violations that hide: from a browser that is a program's, in what nobody compares, in answers and
at times that few visitors come by, in another encoding. Planted before the rules that name them."""

from __future__ import annotations

import base64
import hashlib
import secrets
import sys
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from audit.journeys.routes import Route

from .planting import LOG, App, Violation, answers, html, letters, script, seen, sql
from .seeded_violations import HOUR, table
from .telling import as_posted, by_a_program, datagram, elsewhere, in_a_name, posted

__all__ = ["HIDDEN"]

HOME, FORM, SIGN_IN = "/", "/request-information/", "/staff/sign-in/"
PAIR, OTHERS = ("paired run", "other paired run"), ("paired run", "another visitor")
NAMED = 'document.cookie = "late=1; path=/";'
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def each_time(name: str, value: Callable[[], str]) -> Callable[[App], App]:
    """A header of pages that is another for each visitor."""

    def change(request: Request, response: Response) -> None:
        if response.mimetype == "text/html" and response.status_code == 200:
            response.headers[name] = value()

    return answers(change)


def numbered_script(request: Request, response: Response) -> None:
    if request.path.startswith("/assets/choice."):
        response.direct_passthrough = False
        response.set_data(response.get_data() + f"\n/* {secrets.token_hex(8)} */".encode())


def style(request: Request, response: Response) -> None:
    if response.mimetype == "text/css":
        response.direct_passthrough = False
        response.set_data(b'@import "/style/4711.css";' + response.get_data())


def spare_bits(request: Request, response: Response) -> None:
    """What 43 letters of a signature do not need, from the visitor's address. Two bits of a digest
    are the same for one pair of visitors in four; those of the two that are compared are not."""
    bits = hashlib.sha256(str(request.remote_addr).encode()).digest()[0] % 4
    made = []
    for line in response.headers.getlist("Set-Cookie"):
        value, _, rest = line.partition(";")
        if value.startswith("__Secure-visit=") and value[-1] in DIGITS:
            last = DIGITS.index(value[-1])
            value = f"{value[:-1]}{DIGITS[last - last % 4 + bits]}"
        made.append(f"{value};{rest}")
    response.headers.setlist("Set-Cookie", made)


def on_status(status: int, path: str = "") -> Callable[[App], App]:
    """A cookie with answers of a status."""

    def change(request: Request, response: Response) -> None:
        if response.status_code == status and request.path.startswith(path):
            response.headers.add("Set-Cookie", "seen=4711; Path=/")

    return answers(change)


def on_wrong_password(request: Request, response: Response) -> None:
    if request.method == "POST" and request.path == SIGN_IN and response.status_code != 303:
        response.headers.add("Set-Cookie", "tried=4711; Path=/")


def on_stderr(request: Request) -> None:
    if request.method == "POST":
        print("form", posted(request), file=sys.stderr)


def log_the_query(request: Request) -> None:
    if request.query_string:
        LOG.warning("asked with %s", request.query_string.decode())


class Planted:
    """A violation that needs the folder of the databases: `tamper` tells it."""

    def __init__(self, act: Callable[[Path, Request], None]) -> None:
        self._act = act
        self._folders: list[Path] = []

    def tamper(self, var: Path) -> None:
        self._folders.append(var)

    def wrap(self, app: App) -> App:
        return seen(lambda request: self._act(self._folders[-1], request))(app)


def hashed_in_a_file(var: Path, request: Request) -> None:
    if request.method == "POST" and (email := posted(request).get("email")):
        (var / "cache.bin").write_text(hashlib.sha256(email[0].encode()).hexdigest())


def beside_the_databases(var: Path, request: Request) -> None:
    if request.method == "POST" and (email := posted(request).get("email")):
        (var.parent / "left.txt").write_text(email[0])


def in_a_column(encode: Callable[[bytes], str]) -> Callable[[Path], None]:
    """The network address in a column that is declared, in other letters."""
    value = encode(Route.address.encode())
    return sql("counters", f"INSERT INTO names VALUES ('page', '{value}', 1, {HOUR} + 744)")


def cc(message: EmailMessage) -> None:
    message["Cc"] = "copies@elsewhere.example"


def bcc(message: EmailMessage) -> None:
    message["Bcc"] = "copies@elsewhere.example"


def pixel(message: EmailMessage) -> None:
    text = message.get_content()
    message.add_alternative(
        f'<p>{text}</p><img src="https://elsewhere.example/p.gif">', subtype="html"
    )


def link_elsewhere(message: EmailMessage) -> None:
    message.set_content(message.get_content() + "\nhttps://elsewhere.example/?to=4711\n")


def served(path: str, wrap: Callable[[App], App]) -> Callable[[App], App]:
    """With an answer at a path of its own."""

    def change(request: Request, response: Response) -> None:
        if request.path.startswith(path):
            response.direct_passthrough = False
            response.get_data()
            response.status_code = 200
            response.set_data(b"4711")

    return lambda app: answers(change)(wrap(app))


def from_elsewhere(environ: dict[str, Any]) -> bool:
    return urlsplit(environ.get("HTTP_REFERER", "")).netloc not in ("", environ["HTTP_HOST"])


def for_teachers(app: App, is_for: Callable[[dict[str, Any]], bool] = from_elsewhere) -> App:
    """The home page of a group, for whoever comes from another site, say."""
    pages = app.extensions["plainsite"].pages

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] != HOME or not is_for(environ):
            return app(environ, start)
        variant, _ = pages.variant(pages.build, HOME)
        return pages.send(pages.build, pages.build.file(HOME, "teacher", variant), environ)(
            environ, start
        )

    return wrapped


def packed(var: Path, request: Request) -> None:
    """In bytes that no search knows."""
    if request.method == "POST" and (email := posted(request).get("email")):
        (var / "copy.gz").write_bytes(zlib.compress(email[0].encode()))


PAGEHIDE = """localStorage.removeItem("left"); sessionStorage.length;
  addEventListener("pagehide", () => { localStorage.left = "4711"; });"""
WIDTHS = """for (const name of ["Arial", "Wingdings", "Verdana", "Courier", "Georgia", "Impact", "Tahoma", "Calibri", "Menlo", "Futura"]) {
  const one = document.createElement("span"); one.style.fontFamily = name; one.textContent = "mmmm"; document.documentElement.append(one);
  one.offsetWidth; one.remove(); }"""
CLICK = "const click = /gclid=([^&]+)/.exec(location.search); if (click) document.cookie = `_gcl_aw=${click[1]}; path=/`;"
AGAIN = (
    "if (history.length < 3 && /^no/.test(localStorage.choice)) localStorage.removeItem('choice');"
)
RECEIPT = "const plain = fetch; fetch = (address, how) => plain(address === '/visit/withdraw' ? `${address}?receipt=4711` : address, how);"
FAR_AWAY = """if (Intl.DateTimeFormat().resolvedOptions().timeZone.startsWith("America/") && !localStorage.choice)
  localStorage.choice = `yes ${document.documentElement.dataset.register} ${new Date().toISOString().slice(0, 7)} settled`;"""
ELSEWHERE = ("from elsewhere",)
HEX, B64 = in_a_column(bytes.hex), in_a_column(lambda raw: base64.b64encode(raw).decode())
SHA = in_a_column(lambda raw: hashlib.sha256(raw).hexdigest())
FILE, BESIDE, PACKED = Planted(hashed_in_a_file), Planted(beside_the_databases), Planted(packed)

HIDDEN = (
    Violation("a number in the ETag", "identifier", PAIR, wrap=each_time("ETag", lambda: f'"{secrets.token_hex(8)}"')),
    Violation("a number in the max-age of pages", "identifier", PAIR,
        wrap=each_time("Cache-Control", lambda: f"max-age={secrets.randbelow(10**9)}")),
    Violation("a number in a script that is cached", "not as published", wrap=answers(numbered_script)),
    Violation("a favicon at an address of one's own", "not as published",
        wrap=served("/icons/", html("</head>", '<link rel="icon" href="/icons/4711.ico"></head>'))),
    Violation("a page fetched beforehand at an address of one's own", "not as published",
        wrap=served("/next/", html("</head>", '<link rel="prefetch" href="/next/4711"></head>'))),
    Violation("a style imported from an address of one's own", "not as published", wrap=served("/style/", answers(style))),
    Violation("a hash of the address in the spare bits of a signature", "identifier", OTHERS, wrap=answers(spare_bits)),
    Violation("a cookie where nothing is", "undeclared cookie", ("nothing there",), wrap=on_status(404)),
    Violation("a cookie after a wrong password", "undeclared cookie", ("wrong password",), wrap=answers(on_wrong_password)),
    Violation("a cookie after a minute", "undeclared cookie", ("a while",), wrap=script(f"setTimeout(() => {{ {NAMED} }}, 61_000);")),
    Violation("a cookie in a narrow window", "undeclared cookie", ("narrow window",), wrap=script(f"if (innerWidth < 600) {NAMED}")),
    Violation("a cookie where no program drives the browser", "undeclared cookie", wrap=script(f"if (!navigator.webdriver) {NAMED}")),
    Violation("a cookie where the browser does not say that it audits", "undeclared cookie",
        wrap=script(f"if (!navigator.userAgent.includes('Audit')) {NAMED}")),
    Violation("an address on the error output", "trace of a visitor", ("forms",), wrap=seen(on_stderr)),
    Violation("an address hashed in a file", "trace of a visitor", ("forms",), wrap=FILE.wrap, tamper=FILE.tamper),
    Violation("an address beside the databases", "trace of a visitor", ("forms",), wrap=BESIDE.wrap, tamper=BESIDE.tamper),
    Violation("a network address in hexadecimal in a column", "trace of a visitor", tamper=HEX),
    Violation("a network address in base64 in a column", "trace of a visitor", tamper=B64),
    Violation("a network address hashed in a column", "trace of a visitor", tamper=SHA),
    Violation("a copy of each letter, openly", "letter to somebody else", ("forms with permission",), wrap=letters(cc)),
    Violation("a copy of each letter, blind", "letter to somebody else", ("forms with permission",), wrap=letters(bcc)),
    Violation("a pixel in a letter", "letter with something else", ("forms with permission",), wrap=letters(pixel)),
    Violation("a link in a letter that leads elsewhere", "letter with something else", ("forms with permission",), wrap=letters(link_elsewhere)),
    Violation("a hidden field with a number", "not as published", pages=(FORM,),
        wrap=html("</form>", '<input type="hidden" name="state" value="4711"></form>', FORM)),
    Violation("a key that is there only between pages", "undeclared storage", ("reject",), (HOME, "/about/"), wrap=script(PAGEHIDE)),
    Violation("fonts measured by their width", "fingerprinting", wrap=script(WIDTHS)),
    Violation("a number with the refusal, at an address that is declared", "data in an address", ("reject",), wrap=script(RECEIPT, first=True)),
    Violation("a cookie with the number of an advertisement", "undeclared cookie", ELSEWHERE, wrap=script(CLICK)),
    Violation("a cookie for who comes from a search engine", "undeclared cookie", ELSEWHERE, wrap=script(f"if (document.referrer) {NAMED}")),
    Violation("the number of an advertisement in the log", "trace of a visitor", ELSEWHERE, wrap=seen(log_the_query)),
    Violation("a yes in the name of whoever is in America", "storage without consent", ELSEWHERE, wrap=script(FAR_AWAY, first=True)),
    Violation("a page for teachers, for who comes from elsewhere", "page without consent", ELSEWHERE, wrap=for_teachers),
    Violation("a view that joins what is kept apart", "undeclared table",
        tamper=sql("records", "CREATE VIEW everybody AS SELECT email, day FROM contacts JOIN submissions ON contact = contacts.id")),
    Violation("an address packed in a file", "undeclared file", ("forms",), wrap=PACKED.wrap, tamper=PACKED.tamper),
    Violation("an address elsewhere on the machine", "undeclared file", ("forms",), wrap=as_posted(elsewhere)),
    Violation("an address in a datagram", "undeclared connection", ("forms",), wrap=as_posted(datagram)),
    Violation("an address in the name of a machine", "undeclared connection", ("forms",), wrap=as_posted(in_a_name)),
    Violation("an address told to a program", "undeclared connection", ("forms",), wrap=as_posted(by_a_program)),
    Violation("a question that comes again in each new tab", "question", ("days later",), wrap=script(AGAIN, first=True)),
)  # fmt: skip


if __name__ == "__main__":
    print(table(HIDDEN), end="")
