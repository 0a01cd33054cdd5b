"""Violations within what is declared: in the value of a column, the header of a letter, the words
of a page. Planted before the rules that name them."""

from __future__ import annotations

import datetime
import io
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import text
from werkzeug.wrappers import Request

from .planting import App, Violation, a_month_longer, keeps, seen, sql
from .renumbering import by_the_clock, of_the_address, renumbered
from .seeded_violations import HOUR, table

__all__ = ["SUBTLE"]


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


SUBTLE = (
    Violation("the browser's language in the place of an answer", "stored otherwise", ("forms",), wrap=seen(language_for_nothing)),
    Violation("numbers that begin with the millisecond", "number not random", ("pages for a role",),
        wrap=renumbered("submissions", by_the_clock)),
    Violation("a number that is made of the address", "number not random", ("own data",), wrap=renumbered("contacts", of_the_address)),
    Violation("minutes in a column of hours", "dated otherwise", tamper=sql("counters", f"INSERT INTO closings VALUES ({HOUR} * 60, 4711)")),
    Violation("rows that are kept a month longer", "kept too long", ("retention",), wrap=keeps(a_month_longer)),
    Violation("a day that each deletion sets to today", "dated otherwise", ("retention",), wrap=dated_anew),
)  # fmt: skip


if __name__ == "__main__":
    print(table(SUBTLE), end="")
