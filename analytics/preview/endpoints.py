"""What the preview's own script asks for: its files, what is new, and another site to see."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.wrappers import Response

from analytics.preview.pages import OURS, SCRIPTS
from analytics.preview.updates import Status
from analytics.web.audience_cookie import read_audience
from analytics.web.origin import is_from_our_pages
from policy.excerpts import Excerpts
from policy.fault_json import stated
from policy.fault_text import in_full
from policy.faults import Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

    from analytics.preview.app import Preview

__all__ = ["answer_of_ours"]

CLIENT = Path(__file__).with_name("client")
TYPES = {".js": "text/javascript", ".css": "text/css"}
FRESH = {"Cache-Control": "no-cache"}
NEVER_KEPT = {"Cache-Control": "no-store"}


def answer_of_ours(preview: Preview, environ: WSGIEnvironment) -> WSGIApplication:
    """The answer to a request below `/_preview/`."""
    request = flask.Request(environ)
    path = request.path.removeprefix(OURS)
    match request.method, path:
        case "GET", "next":
            return _next(preview, request)
        case "POST", "show":
            return _show(preview, request)
        case "GET", _ if request.path.startswith(SCRIPTS):
            return _file(request)
    return NotFound("The preview has no such address.")


def _file(request: flask.Request) -> WSGIApplication:
    path = CLIENT / request.path.removeprefix(SCRIPTS)
    if path.parent != CLIENT or path.suffix not in TYPES or not path.is_file():
        return NotFound("The preview has no such file.")
    response = Response(path.read_bytes(), mimetype=TYPES[path.suffix], headers=FRESH)
    response.add_etag()
    return response.make_conditional(request)


def _next(preview: Preview, request: flask.Request) -> Response:
    status, again_ms = preview.updates.wait(request.args.get("known", ""))
    told = {
        "state": preview.updates.state(status),
        "build": status.build,
        "busy": status.busy,
        "again": again_ms,
        "noticed": status.noticed,
        "served": status.served,
        "text": status.failed.text if status.failed else "",
        "faults": list(_stated(preview.root, status.failed.faults)) if status.failed else [],
        "count": len(status.failed.faults) if status.failed else 0,
        "warnings": list(_stated(preview.root, status.warnings)),
        "warned": len(status.warnings),
        "shown": {
            "day": preview.shown.day and preview.shown.day.isoformat(),
            "drafts": preview.shown.drafts,
            "open": preview.open,
        },
        **_choices(preview, request, status),
    }
    return Response(json.dumps(told), mimetype="application/json", headers=NEVER_KEPT)


def _choices(preview: Preview, request: flask.Request, status: Status) -> dict[str, Any]:
    """What this site, and the page that asks, can be seen as."""
    service = preview.service
    if service is None:
        return {}
    register, audiences = service.site.register, service.site.audiences
    seen: dict[str, Any] = {
        "today": datetime.datetime.now(tz=service.site.settings.zone).date().isoformat(),
        "language": service.site.settings.language,
    }
    if register.has("visits"):
        storage = register.storage("choice")
        seen["consent"] = {"key": storage.name, "version": register.version}
    page = request.args.get("page", "")
    if declared := service.site.experiments.variants(page):
        first, *others = declared
        now = service.pages.variant(service.build, page)[0] or first
        made = service.build.wordings(page)
        seen["variants"] = {
            "names": [first, *(each for each in others if each in made)],
            "now": now,
        }
    if register.has("audiences") and audiences.names:
        names = (audiences.default, *audiences.names)
        seen["audiences"] = [
            [name, audiences.label(name), service.build.is_for(page, name)] for name in names
        ]
        seen["recognized"] = read_audience(service.cookies, request.environ)[0]
    return seen


def _stated(root: Path, faults: Sequence[Fault]) -> Iterator[dict[str, Any]]:
    """Those that are shown in full."""
    excerpts = Excerpts(root)
    return ({"place": each.place, **stated(each, excerpts)} for each in in_full(faults))


def _show(preview: Preview, request: flask.Request) -> WSGIApplication:
    if not is_from_our_pages(request):
        return Forbidden("Only the preview's own pages may ask for this.")
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        return BadRequest("Say what to show, as JSON.")
    shown = preview.shown
    try:
        day = asked.get("day", shown.day)
        day = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        day = ""
    if day is not None and not isinstance(day, datetime.date):
        return BadRequest("A day is written as in 2026-12-01.")
    preview.open = asked.get("open", preview.open) is True
    drafts = asked.get("drafts", shown.drafts) is True
    preview.show(type(shown)(day, drafts))
    response = Response(status=HTTPStatus.NO_CONTENT, headers=NEVER_KEPT)
    if asked.get("forget") is True and preview.service:
        # A browser that has not been asked yet has none.
        preview.service.cookies.delete(response, "visit")
    return response
