"""Two hundred sign-ins at once, from as many networks: memory, and how long a page takes meanwhile.

    python bench/sign_in.py [ROOT]

ROOT is another checkout to run the same against, whose site was built. The service runs as
`deploy/gunicorn.conf.py` has it, on loopback.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 200


def main(root: Path = ROOT) -> None:
    """Print megabytes before and at most, and the slowest page before and meanwhile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as var:
        environment = os.environ | {"PLAINSITE_VAR": var, "PLAINSITE_PROXIES": "1"}
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
        with subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}"],
            cwd=root,
            env=environment,
            stderr=subprocess.DEVNULL,
        ) as service:
            try:
                _measure(port, service.pid)
            finally:
                service.terminate()


def _measure(port: int, process: int) -> None:
    _wait(port)
    quiet = [_page(port) for _ in range(20)]
    before = _megabytes(process)
    most, pages, statuses = before, [], []
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        tries = [crowd.submit(_sign_in, port, number) for number in range(AT_ONCE)]
        while not all(each.done() for each in tries):
            pages.append(_page(port))
            most = max(most, _megabytes(process))
        statuses = [each.result() for each in tries]
    counted = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"memory      {before:5.0f} MB, at most {most:5.0f} MB")
    print(f"slowest page {max(quiet):5.2f} s, meanwhile {max(pages):5.2f} s ({len(pages)} pages)")
    print(f"answers     {counted}")


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            _page(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the service did not start")


def _page(port: int) -> float:
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
    return time.perf_counter() - began


def _sign_in(port: int, number: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    body = urlencode({"username": f"name{number}", "password": "wrong horse battery"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{port}",
        "X-Forwarded-For": f"10.0.{number // 200}.{number % 200}",
        "X-Forwarded-Proto": "http",
    }
    connection.request("POST", "/staff/sign-in/", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def _megabytes(process: int) -> float:
    """What the process and its children hold alone."""
    total = 0.0
    tasks = Path(f"/proc/{process}/task/{process}/children")
    for each in (str(process), *tasks.read_text().split()):
        try:
            text = Path(f"/proc/{each}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) / 1024 if found else 0.0
    return total


if __name__ == "__main__":
    main(*(Path(each).resolve() for each in sys.argv[1:]))
