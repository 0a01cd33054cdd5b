"""The service as a WSGI server starts it: `analytics.wsgi:make_app()` (PEP 3333).

The environment says what belongs to the machine and not to the site: deploy/README.md.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.app import create_app
from analytics.due_builds import BuildCommand
from analytics.pages_only import pages_only
from analytics.storage.health import storage_health
from analytics.storage.stores import Stores
from analytics.visits.countries import Countries
from analytics.web.metrics import MetricsServer
from policy import Fault, Faults
from policy.places import Places

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["make_app"]

ROOT, PROXIES, METRICS = "PLAINSITE_ROOT", "PLAINSITE_PROXIES", "PLAINSITE_METRICS"
SUCCEEDS = "GUNICORN_PID"
"""gunicorn's own word for the process that runs, in the environment of the one that shall follow it
(deploy/gunicorn.conf.py)."""
BUILDS = "PLAINSITE_BUILDS"
MOST_PROXIES = 5


def make_app() -> WSGIApplication:
    """The service for the site in `PLAINSITE_ROOT`, this one unless it says so.

    It is closed when the process ends. Where it cannot start, because of the site's declarations,
    the key or the folder of the databases, the pages that are built are served alone. Raises Faults
    for an environment with mistakes, and for a site that was never built. Where another service
    runs, which it would take over from, it raises Faults or OSError for whatever is wrong, also
    with a database, and the other goes on.
    """
    _log_only_what_is_declared()
    places = Places.of(Path(os.environ.get(ROOT) or Path(__file__).parents[1]))
    proxies, shown_at, builds = _proxies(), _metrics(), _builds()
    try:
        build = BuildCommand(places, wanted=builds)
        app = create_app(places.root, places.public, places.var, proxies=proxies, build=build)
    except (Faults, OSError) as failure:
        if SUCCEEDS in os.environ:
            raise
        return pages_only(places, failure, proxies)
    # What is there now stays, and is looked at no more when garbage is collected: with it, a
    # collection takes 80 ms, which whoever asks then waits for.
    gc.collect()
    gc.freeze()
    service = app.extensions["plainsite"]
    atexit.register(service.close)
    if SUCCEEDS in os.environ:
        _stay_behind_where_worse(service.stores, service.countries)
    if shown_at is not None:
        atexit.register(MetricsServer(service.metrics, *shown_at, service.log).close)
    return app


def _stay_behind_where_worse(stores: Stores | None, countries: Countries | None) -> None:
    """A first start serves pages whatever is wrong with a database, or with the table of countries.
    One that would take over from a service that runs raises Faults, and the other one goes on.
    """
    databases = storage_health(stores).databases if stores else ()
    faults = [fault for each in databases for fault in each.faults]
    if countries and countries.trouble:
        hint = "make it again: build.py data countries; or delete it, and the engine's holds"
        faults.append(Fault("countries", None, countries.trouble, hint))
    if faults:
        raise Faults(faults)


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


def _builds() -> bool:
    """Whether this service builds the site when pages come or go; yes, unless it is told."""
    given = os.environ.get(BUILDS, "yes")
    if given in ("yes", "no"):
        return given == "yes"
    raise Faults([Fault(BUILDS, None, f'"{given}" is neither yes nor no', "yes, or no")])


def _proxies() -> int:
    given = os.environ.get(PROXIES, "0")
    if given.isascii() and given.isdigit() and int(given) <= MOST_PROXIES:
        return int(given)
    message = f'"{given}" is not a number of proxies from 0 to {MOST_PROXIES}'
    raise Faults([Fault(PROXIES, None, message, "1, where one nginx stands before the service")])
