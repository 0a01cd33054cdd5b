"""The outermost layer of the service: nothing undeclared leaves it.

Every answer gets the security headers. A `Set-Cookie` that does not match the register, and a
header that it does not declare, are taken out and logged, whoever wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analytics.web.log import ServiceLog
from policy.headers import security_headers
from policy.register import Cookie, Register

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Guard:
    """WSGI middleware around the whole service."""

    def __init__(self, app: WSGIApplication, register: Register) -> None:
        self._app = app
        self._headers = {
            scheme: security_headers(register, tls=scheme == "https")
            for scheme in ("http", "https")
        }
        self._register = register
        self._names = {name.lower() for name in self._headers["https"]}
        self._cookies = {cookie.cookie: cookie for cookie in register.cookies}
        self._declared = {header.name.lower() for header in register.headers}
        self._log = ServiceLog(register)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # The scheme that the browser used, which a trusted proxy tells, or anything it made up.
        tls = environ["wsgi.url_scheme"] == "https"
        security = self._headers["https" if tls else "http"]
        path = environ.get("PATH_INFO", "")
        if any(each.covers(path) for each in self._register.exceptions):
            security = security_headers(self._register, tls=tls, path=path)

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            kept = [
                (name, value)
                for name, value in headers
                if name.lower() not in self._names and self._may_leave(name.lower(), value)
            ]
            return start_response(status, [*kept, *security.items()], exc_info)

        return self._app(environ, start)

    def _may_leave(self, name: str, value: str) -> bool:
        if name == "set-cookie":
            if is_declared(value, self._cookies):
                return True
            self._log.say("cookie refused", cookie=value.partition("=")[0])
            return False
        if name in self._declared:
            return True
        self._log.say("header refused", header=name)
        return False


def is_declared(header: str, cookies: Mapping[str, Cookie]) -> bool:
    """Whether a `Set-Cookie` sets, or deletes, one of `cookies` exactly as it is declared."""
    pair, *rest = (piece.strip() for piece in header.split(";"))
    cookie = cookies.get(pair.partition("=")[0])
    attributes = {key.lower(): value for key, _, value in (piece.partition("=") for piece in rest)}
    return cookie is not None and _as_declared(cookie, attributes)


def _as_declared(cookie: Cookie, attributes: dict[str, str]) -> bool:
    lifetime = attributes.get("max-age")
    declared = cookie.lifetime_seconds
    deleted = lifetime == "0"
    return (
        attributes.get("path") == cookie.path
        and attributes.get("samesite") == cookie.same_site
        and {"secure", "httponly"} <= attributes.keys()
        and "domain" not in attributes
        and (deleted or lifetime == (None if declared is None else str(declared)))
        # Max-Age goes before Expires (RFC 6265, section 5.3), which may only repeat it.
        and (lifetime is not None or "expires" not in attributes)
    )
