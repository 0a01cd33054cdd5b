"""How gunicorn runs the service. https://docs.gunicorn.org/en/stable/settings.html

One process: its threads share commits, and the limits on how often an address may do something
are counted in its memory. SIGTERM lets open requests end.

SIGUSR2 starts the service anew, beside the one that runs: a second gunicorn with the new code and
the new site on the same socket. Only when it is ready does it end the first; where it cannot start,
it ends itself, and the first goes on. (SIGHUP does not do that: it ends what runs before it knows
whether the new can start, and where it cannot, everything.) `deploy/reload.py` does the whole.
"""

import os
import signal
import sys
from pathlib import Path

from gunicorn import glogging, systemd

wsgi_app = "analytics.wsgi:make_app()"
workers = 1
worker_class = "gthread"
threads = 32
graceful_timeout = 20

# The service itself reads what its proxy says, and no more than PLAINSITE_PROXIES. gunicorn would
# believe these of whoever reaches the socket, and answer 500 to a SCRIPT_NAME that does not fit.
forwarder_headers = ""
secure_scheme_headers = {}


class DiscreetLog(glogging.Logger):
    """gunicorn's own log, without what a request held: its address may be a signed link."""

    def warning(self, msg, *args, **kwargs):
        """As gunicorn says it, except of what is not HTTP, which it quotes, with who sent it."""
        if msg.startswith("Invalid request from"):
            msg = "Invalid request"
        super().warning(msg, *args, **kwargs)

    def exception(self, msg, *args, **kwargs):
        """As gunicorn says it, except of a request: the kind of failure alone."""
        if str(msg).startswith("Error handling request"):
            self.error("Error handling a request: %s", sys.exc_info()[0].__name__)
        else:
            super().exception(msg, *args, **kwargs)


# An access log would hold addresses. What fails is in the error log, which has none.
accesslog = None
errorlog = "-"
logger_class = DiscreetLog
control_socket_disable = True

FIRST_SOCKET = 3
"""The number under which systemd hands over a socket (sd_listen_fds(3))."""


def pre_exec(server):
    """In the process that becomes the second gunicorn: give it the sockets as systemd does.

    gunicorn keeps them under other numbers, and yet says to its successor that they are there.
    """
    held = [os.dup(listener.fileno()) for listener in server.LISTENERS]
    for number, socket in enumerate(held, start=FIRST_SOCKET):
        os.dup2(socket, number, inheritable=True)


def post_worker_init(worker):
    """In the worker, once the service is loaded. Takes over from the gunicorn before, if any."""
    before = int(os.environ.get("GUNICORN_PID", "0"))
    if before and _parent_of(os.getppid()) == before:
        systemd.sd_notify(f"MAINPID={os.getppid()}", worker.log)
        os.kill(before, signal.SIGTERM)


def _parent_of(process):
    # The name, in brackets, may itself have spaces and brackets: proc_pid_stat(5).
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[1])
