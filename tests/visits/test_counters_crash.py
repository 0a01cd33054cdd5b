"""A process that is killed has lost nothing that it had acknowledged."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from analytics.visits.store.sqlite import Counters
from policy import read_site
from tests.fixtures.small_site import ROOT

ADDING = """
import os, sys
from pathlib import Path
from threading import Thread
from analytics.visits.store.sqlite import Counters
from analytics.visits.model import Dimension, Increment
from policy import read_site

counters = Counters(Path(sys.argv[1]), read_site(Path(sys.argv[2])).register)

def add(thread):
    while True:
        counters.add(thread, [Increment(Dimension.PAGE, f"/{thread}/", views=1)])
        os.write(1, b"%d\\n" % thread)  # the acknowledgement: out of the process at once

for thread in range(8):
    Thread(target=add, args=(thread,), daemon=True).start()
sys.stdin.read()
"""


def test_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """kill -9 under load: each acknowledged addition is in the file, and the file is sound."""
    path = tmp_path / "counters.sqlite3"
    command = [sys.executable, "-c", ADDING, str(path), str(ROOT)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(200)]
        process.kill()
        acknowledged += process.stdout.readlines()
    with closing(Counters(path, read_site(ROOT).register)) as counters:
        with counters._engine.connect() as connection:
            assert connection.exec_driver_sql("pragma integrity_check").scalar() == "ok"
        for thread in range(8):
            told = acknowledged.count(f"{thread}\n")
            (total,) = counters.totals("page", thread, thread, 1)
            # One more may have been committed, and the process killed before it could say so.
            assert told <= total.views <= told + 1
