"""Signing in and out, and the check that every other staff page stands behind."""

import re

from flask import Response, abort, g, make_response, redirect, request, url_for

from analytics.staff.access_log import Action
from analytics.staff.accounts import Staff
from analytics.staff.context import current_context
from analytics.staff.layout import MENU, current_staff, is_offered, show
from analytics.staff.sessions import Ended
from analytics.staff.sign_in_limits import Busy
from analytics.web.cookies import BadCookie
from analytics.web.origin import is_from_our_forms

__all__ = ["home", "let_in", "sign_in", "sign_out"]

MOST_BYTES = 16_384
BUSY_SECONDS = 5

# An address of this area as our own links write it: no dots, so no way up and out of it.
OWN_ADDRESS = re.compile(r"/staff/[A-Za-z0-9/_-]*(\?[A-Za-z0-9=&%+._~-]*)?")


def let_in() -> Response | None:
    """Before each staff page: refuse what another site sent; send to the sign-in page who must."""
    request.max_content_length = MOST_BYTES
    if request.method == "POST" and not is_from_our_forms(request):
        abort(403)
    who = _resume()
    if not isinstance(who, Ended):
        g.staff = who
    elif (
        request.path.startswith(url_for("staff.shared_links"))
        and request.endpoint == "staff.nowhere"
    ):
        abort(404)  # Whoever has a link has no account.
    elif request.endpoint != "staff.sign_in":
        return _to_sign_in(who)
    return None


def _is_behind_a_link() -> bool:
    """Whether whoever asks has a link to figures, and no account to sign in with."""
    return request.path.startswith(url_for("staff.shared_links"))


def home() -> Response:
    """The first page of the menu that one may see."""
    endpoint = next((entry.endpoint for entry in MENU if is_offered(entry)), "staff.accounts")
    return make_response(redirect(url_for(endpoint), 303))


def sign_in() -> Response:
    """The sign-in page, and what is sent from it."""
    if request.method == "POST":
        return _try_to_sign_in()
    if "staff" in g:
        return make_response(redirect(_return_to(), 303))
    ended = request.args.get("ended", "")
    return _sign_in_page(ended=ended if ended in list(Ended) else "")


def sign_out() -> Response:
    """Forget the session, here and in the browser."""
    context, session_id = current_context(), _session_id()
    if session_id:
        context.sessions.end(session_id)
    context.access_log.record(current_staff(), Action.SIGNED_OUT, context.now)
    return _to_sign_in(Ended.SIGNED_OUT)


def _try_to_sign_in() -> Response:
    context = current_context()
    username, password = request.form.get("username", ""), request.form.get("password", "")
    limits, address = context.sign_in_limits, request.remote_addr or ""
    attempt = limits.attempt(username, address)
    if attempt.wait_seconds:
        wait = attempt.wait_seconds
        return _later(
            _sign_in_page(429, username=username, problem="wait", wait_minutes=-(-wait // 60)), wait
        )
    try:
        with limits.hashing(username, address):
            staff = context.accounts.check(username, password)
    except Busy:
        return _later(_sign_in_page(503, username=username, problem="busy"), BUSY_SECONDS)
    if staff is None:
        return _sign_in_page(422, username=username, problem="wrong")
    attempt.succeeded(username, address)
    # An ID from before the sign-in, whoever made it, is never one's session afterwards.
    before = _session_id()
    if before:
        context.sessions.end(before)
    session_id = context.sessions.begin(staff, context.now)
    context.access_log.record(staff, Action.SIGNED_IN, context.now)
    response = make_response(redirect(_return_to(), 303))
    context.cookies.write(response, "session", {"id": session_id})
    return response


def _later(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response


def _sign_in_page(
    status: int = 200,
    *,
    username: str = "",
    ended: str = "",
    problem: str = "",
    wait_minutes: int = 0,
) -> Response:
    return show(
        "sign-in.html",
        status,
        username=username,
        ended=ended,
        problem=problem,
        wait_minutes=wait_minutes,
        limits=current_context().sessions.limits,
        return_to=_return_to(),
    )


def _return_to() -> str:
    """Where to go after signing in: a page of this area, or its home."""
    asked = request.form.get("next") or request.args.get("next") or ""
    return asked if OWN_ADDRESS.fullmatch(asked) else url_for("staff.home")


def _to_sign_in(ended: Ended) -> Response:
    came_for = request.full_path.rstrip("?") if request.method == "GET" else None
    said = None if ended is Ended.UNKNOWN else ended.value
    response = make_response(redirect(url_for("staff.sign_in", ended=said, next=came_for), 303))
    if _carried() is not None:
        current_context().cookies.delete(response, "session")
    return response


def _resume() -> Staff | Ended:
    session_id = _session_id()
    if session_id is None:
        return Ended.UNKNOWN
    context = current_context()
    return context.sessions.resume(session_id, context.now)


def _session_id() -> str | None:
    """The ID that the request carries, if it is one that we could have made."""
    carried = _carried()
    if carried is None:
        return None
    try:
        return str(current_context().cookies.decode("session", carried)["id"])
    except BadCookie:
        return None


def _carried() -> str | None:
    return current_context().cookies.raw(request.environ, "session")
