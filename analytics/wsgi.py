"""The service as a WSGI server starts it: `analytics.wsgi:make_app()` (PEP 3333).

The environment says what belongs to the machine and not to the site: deploy/README.md.
"""

from __future__ import annotations

import atexit
import logging
import os
from pathlib import Path

from flask import Flask

from analytics.app import create_app
from analytics.web.metrics import MetricsServer
from policy import Fault, Faults
from policy.places import Places

__all__ = ["make_app"]

ROOT, PROXIES, METRICS = "PLAINSITE_ROOT", "PLAINSITE_PROXIES", "PLAINSITE_METRICS"
MOST_PROXIES = 5


def make_app() -> Flask:
    """The service for the site in `PLAINSITE_ROOT`, this one unless it says so.

    It is closed when the process ends. Raises Faults for a site or an environment with mistakes,
    and for a site that was never built.
    """
    _log_only_what_is_declared()
    places = Places.of(Path(os.environ.get(ROOT) or Path(__file__).parents[1]))
    app = create_app(places.root, places.public, places.var, proxies=_proxies())
    service = app.extensions["plainsite"]
    atexit.register(service.close)
    shown_at = _metrics()
    if shown_at is not None:
        atexit.register(MetricsServer(service.metrics, *shown_at, service.log).close)
    return app


def _log_only_what_is_declared() -> None:
    # Python prints warnings of any library where nobody says otherwise. A library knows no
    # register, and may name who asked for what.
    logging.getLogger().addHandler(logging.NullHandler())
    ours = logging.getLogger("plainsite")
    ours.setLevel(logging.INFO)
    if not ours.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("plainsite: %(levelname)s: %(message)s"))
        ours.addHandler(handler)


def _metrics() -> tuple[str, int] | None:
    """The address and port that the environment names; None where it names none."""
    given = os.environ.get(METRICS, "")
    address, _, port = given.rpartition(":")
    if not given:
        return None
    if port.isascii() and port.isdigit() and int(port) < 65_536:
        return address.strip("[]") or "127.0.0.1", int(port)
    message = f'"{given}" is no port, and no address with a port'
    raise Faults([Fault(METRICS, None, message, "9464, or 10.0.0.5:9464")])


def _proxies() -> int:
    given = os.environ.get(PROXIES, "0")
    if given.isascii() and given.isdigit() and int(given) <= MOST_PROXIES:
        return int(given)
    message = f'"{given}" is not a number of proxies from 0 to {MOST_PROXIES}'
    raise Faults([Fault(PROXIES, None, message, "1, where one nginx stands before the service")])
