"""A service with the pages of this site's forms, for tests that need no generator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from werkzeug.test import Client, TestResponse

from tests.small_site import HOST, SmallSite, small_site, write_build

REQUEST = {
    "name": "Ada Byron",
    "email": "ada@example.org",
    "role": "teacher",
    "message": "How do we begin?",
}
NEWSLETTER = {"email": "ada@example.org", "permission": "yes"}
FORMS = ("request-information", "newsletter", "your-data")
PAGE = """<!doctype html><html lang="en"><head><title>{name}</title></head><body>
<p>{audience}</p>
<!-- form {name} -->
<form></form>
<!-- /form -->
<p>Below.</p></body></html>"""


@contextmanager
def form_site(folder: Path) -> Iterator[SmallSite]:
    """The service on a fresh build with both forms; closed afterwards."""
    public = folder / "public"
    write_build(public)
    build = json.loads((public / "_build.json").read_text())
    for name in FORMS:
        for audience in ("", "teacher"):
            path = f"{name}/index{audience}.html"
            (public / path).parent.mkdir(exist_ok=True)
            (public / path).write_text(PAGE.format(name=name, audience=audience))
            key = f"/{name}/#{audience}".rstrip("#")
            build["files"][key] = {"file": path, "type": "text/html; charset=utf-8", "etag": "1"}
        build["pages"][f"/{name}/"] = {
            "title": name,
            "variants": ["teacher"],
            "form": name,
            "counted": True,
        }
    (public / "_build.json").write_text(json.dumps(build))
    with small_site(folder) as site:
        yield site


def send(
    client: Client, answers: Any, form: str = "request-information", **headers: str
) -> TestResponse:
    """Post a form as a browser does; `headers` are written with underlines."""
    sent = {"Origin": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/form/{form}", data=answers, headers=sent, buffered=True)


def rows(site: SmallSite, query: str) -> list[tuple[Any, ...]]:
    """Rows of the records database."""
    with site.service.records.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
