"""How to plant a violation: small mutations of pages, the service, the register or a database."""

from __future__ import annotations

import io
import logging
import re
import smtplib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from werkzeug.wrappers import Request, Response

from policy.durations import Duration
from policy.register import Register, Table

App = Any
LOG = logging.getLogger("plainsite")
HOME = "/"


@dataclass(frozen=True)
class Violation:
    """A mutation, the journeys that come by it, and the rule (and promise) that must name it."""

    name: str
    rule: str
    routes: tuple[str, ...] = ("first visit",)
    pages: tuple[str, ...] = (HOME,)
    wrap: Callable[[App], App] | None = None
    tamper: Callable[[Path], None] | None = None
    register: Callable[[Register], Register] = lambda register: register
    complete: bool = False


def answers(change: Callable[[Request, Response], None]) -> Callable[[App], App]:
    """A service whose answers are changed on their way out, behind the guard's back."""

    def wrap(app: App) -> App:
        def wrapped(environ: dict[str, Any], start: Any) -> Any:
            environ["HTTP_ACCEPT_ENCODING"] = "identity"
            response = Response.from_app(app, environ)
            change(Request(environ), response)
            return response(environ, start)

        return wrapped

    return wrap


def script(code: str, name: str = "choice", *, first: bool = False) -> Callable[[App], App]:
    """More code at the end of one of the site's scripts, or before all that it does."""

    def change(request: Request, response: Response) -> None:
        if request.path.startswith(f"/assets/{name}."):
            response.direct_passthrough = False
            both = [response.get_data(), code.encode()]
            response.set_data(b"\n".join(reversed(both) if first else both))

    return answers(change)


def html(old: str, new: str, page: str = HOME) -> Callable[[App], App]:
    """Other words in a page."""

    def change(request: Request, response: Response) -> None:
        if request.path == page and response.mimetype == "text/html":
            response.direct_passthrough = False
            text = response.get_data(as_text=True)
            assert re.search(old, text), old
            response.set_data(re.sub(old, new, text))

    return answers(change)


def header(name: str, value: str, path: str = HOME) -> Callable[[App], App]:
    """Another header, added behind the guard."""

    def change(request: Request, response: Response) -> None:
        if request.path.startswith(path) if path != HOME else request.path == HOME:
            if name != "Set-Cookie":
                response.headers.pop(name, None)
            response.headers.add(name, value)

    return answers(change)


def cookie(old: str, new: str | Callable[[], str]) -> Callable[[App], App]:
    """The service's own cookies, rewritten."""

    def change(_: Request, response: Response) -> None:
        headers = response.headers.getlist("Set-Cookie")
        if headers:
            value = new if isinstance(new, str) else new()
            response.headers.setlist("Set-Cookie", [re.sub(old, value, each) for each in headers])

    return answers(change)


def sql(database: str, *statements: str) -> Callable[[Path], None]:
    """A database that somebody changed by hand."""

    def tamper(var: Path) -> None:
        connection = sqlite3.connect(var / f"{database}.sqlite3")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return tamper


def keeps(change: Callable[[Table], Table]) -> Callable[[App], App]:
    """A service that deletes as if its tables were declared otherwise."""

    def wrap(app: App) -> App:
        thread = app.extensions["plainsite"].retention_thread
        retention = thread.purge.__self__
        register, *stores = retention._stores
        tables = tuple(map(change, register.tables))
        retention._stores = (register.model_copy(update={"tables": tables}), *stores)
        return app

    return wrap


def never_deletes(table: str) -> Callable[[App], App]:
    """A service that forgets to delete the rows of one table."""
    return keeps(
        lambda each: each.model_copy(update={"keep": "for ever"}) if each.name == table else each
    )


def a_month_longer(table: Table) -> Table:
    """Whatever is dated stays for a month more."""
    if not isinstance(table.keep, Duration):
        return table
    longer = Duration(table.keep.number + 1, "months") if table.keep.unit == "months" else None
    return table.model_copy(update={"keep": longer or Duration(table.keep.days + 31, "days")})


def seen(act: Callable[[Request], None]) -> Callable[[App], App]:
    """A service that does something with each request."""

    def wrap(app: App) -> App:
        def wrapped(environ: dict[str, Any], start: Any) -> Any:
            act(Request(environ))
            return app(environ, start)

        return wrapped

    return wrap


def log_the_body(request: Request) -> None:
    if request.method == "POST":
        body = request.get_data(cache=True)
        request.environ["wsgi.input"] = io.BytesIO(body)
        LOG.warning("form: %s", unquote_plus(body.decode()))


def log_the_agent(request: Request) -> None:
    LOG.warning("%s", request.headers.get("User-Agent"))


def log_the_address(request: Request) -> None:
    LOG.warning("from %s", request.remote_addr)


def with_cookie(**changes: Any) -> Callable[[Register], Register]:
    """A register that says something else about one cookie."""

    def change(register: Register) -> Register:
        name = changes["name"]
        cookies = [
            each.model_copy(update=changes) if each.name == name else each
            for each in register.cookies
        ]
        return register.model_copy(update={"cookies": tuple(cookies)})

    return change


def with_more(**lists: Any) -> Callable[[Register], Register]:
    """A register with more entries in its lists."""

    def change(register: Register) -> Register:
        more = {name: (*getattr(register, name), entry) for name, entry in lists.items()}
        return register.model_copy(update=more)

    return change


def without(name: str, wanted: str) -> Callable[[Register], Register]:
    """A register with an entry left out of one of its lists."""

    def change(register: Register) -> Register:
        kept = tuple(
            entry
            for entry in getattr(register, name)
            if wanted not in (getattr(entry, "name", ""), getattr(entry, "path", ""))
        )
        return register.model_copy(update={name: kept})

    return change


def letter(to: str, legal_basis: str = "") -> Callable[[App], App]:
    """A service that writes to somebody whenever a form is sent."""

    def wrap(app: App) -> App:
        def wrapped(environ: dict[str, Any], start: Any) -> Any:
            request = Request(environ)
            if request.method == "POST" and request.path.startswith("/form/"):
                body = request.get_data(cache=True)
                environ["wsgi.input"] = io.BytesIO(body)
                message = EmailMessage()
                message["From"] = "us@example.org"
                message["To"] = to or parse_qs(body.decode())["email"][0]
                if legal_basis:
                    message["Plainsite-Legal-Basis"] = legal_basis
                app.extensions["plainsite"].mail_sender._relay.send(message)
            return app(environ, start)

        return wrapped

    return wrap


@dataclass(frozen=True)
class Changed:
    """A relay that is given each letter otherwise, to more than whom its headers name."""

    relay: Any
    change: Callable[[EmailMessage], None]
    more: tuple[str, ...] = ()

    def send(self, message: EmailMessage) -> None:
        self.change(message)
        with smtplib.SMTP(self.relay.host, self.relay.port) as server:
            server.send_message(
                message, to_addrs=[message["To"], *self.more] if self.more else None
            )


def letters(
    change: Callable[[EmailMessage], None], more: tuple[str, ...] = ()
) -> Callable[[App], App]:
    """A service whose every letter is changed on its way to the relay."""

    def wrap(app: App) -> App:
        sender = app.extensions["plainsite"].mail_sender
        sender._relay = Changed(sender._relay, change, more)
        return app

    return wrap
