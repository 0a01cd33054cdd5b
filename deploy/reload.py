"""Start the service anew, beside the one that runs: `reload.py PID`, as `systemctl reload` does.

Ends with status 0 once the new one answers and the old one is gone, and with 1 where the new one
could not start: then the old one goes on, and the service's log says why.
"""

import os
import signal
import sys
import time
from pathlib import Path

MOST_SECONDS = 80
"""Less than the 90 that systemd gives. The old one may take 20 to end its requests."""
SECONDS_BETWEEN_ASKING = 2


def main(running: int) -> int:
    """Reload the gunicorn of that process number."""
    before = _children(running)
    started: set[int] = set()
    limit = time.monotonic() + MOST_SECONDS
    asked = float("-inf")
    while time.monotonic() < limit:
        if not _is_running(running):
            return 0
        if not started and time.monotonic() >= asked + SECONDS_BETWEEN_ASKING:
            # One that took over a moment ago does not hear it yet.
            os.kill(running, signal.SIGUSR2)
            asked = time.monotonic()
        time.sleep(0.1)
        now = _children(running) - before
        if started and not now and not _ends_within(1.0, running):
            print("The new service did not start; the old one goes on.", file=sys.stderr)
            return 1
        started |= now
    print("The new service is not ready after a long time; the old one goes on.", file=sys.stderr)
    return 1


def _ends_within(seconds: float, process: int) -> bool:
    """Whether a process ends soon: in its last moment its children are another's already."""
    limit = time.monotonic() + seconds
    while _is_running(process):
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def _children(process: int) -> set[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    try:
        return {int(child) for child in path.read_text(encoding="ascii").split()}
    except FileNotFoundError:
        return set()


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return False
    return state[0] != "Z"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
