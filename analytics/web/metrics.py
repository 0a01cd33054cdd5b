"""Metrics in Prometheus' text format, on a port of their own that only operators reach.

https://prometheus.io/docs/instrumenting/exposition_formats/. Nothing in them belongs to a visitor:
answers by kind, rejected hits by reason, parts and queues of the service.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from analytics.background import BackgroundTask
from analytics.web.health import Part
from analytics.web.log import ServiceLog
from analytics.web.problems import REFUSED_HEADER, Reason

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Measured", "Metrics", "MetricsServer"]

SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
REASONS = frozenset(reason.word for reason in Reason)


class Metrics:
    """What is measured while the service runs. It begins at nought with each start."""

    def __init__(
        self, parts: Callable[[], Sequence[Part]], queues: Callable[[], Mapping[str, int]]
    ) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "plainsite_answers", "Answers, by kind of status", ["status"], registry=self.registry
        )
        self.rejections = Counter(
            "plainsite_rejections", "Hits not counted", ["reason"], registry=self.registry
        )
        self.seconds = Histogram(
            "plainsite_answer_seconds",
            "Seconds until an answer began",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.registry.register(_Parts(parts, queues))


class _Parts(Collector):
    def __init__(
        self, parts: Callable[[], Sequence[Part]], queues: Callable[[], Mapping[str, int]]
    ) -> None:
        self._parts = parts
        self._queues = queues

    def collect(self) -> Iterator[Metric]:
        parts = self._parts()
        works = GaugeMetricFamily("plainsite_part_works", "1 where it works", labels=["part"])
        success = GaugeMetricFamily(
            "plainsite_last_success_timestamp_seconds", "Of a background task", labels=["part"]
        )
        for part in parts:
            works.add_metric([part.name], float(part.works))
            if part.last_success is not None:
                success.add_metric([part.name], part.last_success)
        queue = GaugeMetricFamily("plainsite_messages", "Messages in the outbox", labels=["state"])
        for state, count in self._queues().items():
            queue.add_metric([state], float(count))
        yield from (works, success, queue)


class Measured:
    """WSGI middleware that counts every answer that leaves."""

    def __init__(self, app: WSGIApplication, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            self._metrics.seconds.observe(time.perf_counter() - began)
            self._metrics.answers.labels(f"{status[0]}xx").inc()
            reason = dict(headers).get(REFUSED_HEADER)
            if reason in REASONS:
                self._metrics.rejections.labels(reason).inc()
            return start_response(status, headers, exc_info)

        return self._app(environ, start)


class MetricsServer:
    """Shows the metrics at `address` and `port`.

    In a reload the old process still holds the port: it is tried again until it is free.
    """

    def __init__(self, metrics: Metrics, address: str, port: int, log: ServiceLog) -> None:
        self._metrics = metrics
        self._address = address
        self._wanted = port
        self._server: WSGIServer | None = None
        self._task = BackgroundTask("metrics", self._bind, log)
        self._task.start()

    @property
    def port(self) -> int | None:
        """The port that it has; None while it waits for it."""
        return self._server.server_port if self._server else None

    def close(self) -> None:
        """Let go of the port."""
        self._task.close()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _bind(self) -> None:
        if self._server is None:
            self._server, _ = start_http_server(
                self._wanted, self._address, registry=self._metrics.registry
            )
