"""What is left of the service where it cannot start: the pages that are built, and nothing else.

Nothing is read but `public/` and the released version of the register that those pages were built
by, which says their headers. Nothing is stored, no key and no cookie is read. It stays so until a
reload or a restart finds that all is well.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.exceptions import ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from analytics.web.guard import Guard
from analytics.web.health import Health, Part
from analytics.web.log import ServiceLog, place_of
from analytics.web.page_server import PageServer
from analytics.web.static_files import Pages
from analytics.web.well_formed import WellFormed
from policy import Fault, Faults
from policy.features import CORE, read_features
from policy.manifest import read_build
from policy.places import Places
from policy.register import Register
from policy.register_entries import LogLine
from policy.versions import read_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["pages_only"]

RETRY_SECONDS = 300
LINE = "only pages"
WORDS = (
    "Only the pages of this site can be read just now. Nothing that you sent was stored. "
    "Please try again later."
)


def pages_only(places: Places, failure: Faults | OSError, proxies: int) -> WSGIApplication:
    """The built pages of the site in `places`, whose service could not start because of `failure`.

    It is logged by its kind, and told whole at `/healthz`. Raises `failure` where no page can be
    sent as it must be: nothing was built, or the version of the register that it was built by was
    not released.
    """
    try:
        register = _with_our_line(read_version(places.root, read_build(places.public).register))
        log = ServiceLog(register)
        pages = Pages(places.public, register.version, log)
    except (Faults, OSError):
        raise failure from None
    _tell(log, failure)
    start = Part("start", works=False, why=_why(failure))

    def parts() -> tuple[Part, ...]:
        trouble = pages.trouble
        return Part("pages", trouble is None, trouble.kind if trouble else ""), start

    served = WellFormed(Health(PageServer(_unavailable, pages, None), parts))
    return ProxyFix(Guard(served, register), proxies, proxies, proxies)


def _unavailable(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    answer = ServiceUnavailable(WORDS, retry_after=RETRY_SECONDS).get_response(environ)
    answer.headers["Cache-Control"] = "no-store"
    return answer(environ, start_response)


def _with_our_line(register: Register) -> Register:
    """A version that was released before there was this line gets it: it is about no visitor."""
    if any(line.name == LINE for line in register.logs):
        return register
    declared = read_features()[CORE].entries["log"]
    ours = [LogLine.model_validate(each) for each in declared if each["name"] == LINE]
    return register.model_copy(update={"logs": (*register.logs, *ours)})


def _tell(log: ServiceLog, failure: Faults | OSError) -> None:
    """One line for each place that is at fault."""
    kind = type(failure).__name__
    if isinstance(failure, Faults):
        places = (f"{Path(fault.path).name}:{fault.line or 0}" for fault in failure.faults)
        for place in dict.fromkeys(places):
            log.say(LINE, error=kind, place=place)
    else:
        log.say(LINE, error=kind, place=place_of(failure))


def _why(failure: Faults | OSError) -> str:
    if isinstance(failure, Faults):
        return "; ".join(_words(fault) for fault in failure.faults)
    return f"{failure.filename}: {failure.strerror}" if failure.filename else str(failure)


def _words(fault: Fault) -> str:
    place = fault.path if fault.line is None else f"{fault.path}:{fault.line}"
    return f"{place}: {fault.message}"
