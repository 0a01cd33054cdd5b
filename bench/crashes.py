"""kill -9 under load, again and again on the same file: nothing that was acknowledged is lost.

    python bench/crashes.py [KILLS] [ACKNOWLEDGED]

Eight threads count in a process of their own, which is killed once so many additions were
acknowledged. Then the file must be sound, hold each of them, and keep no journal.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.visits.store.sqlite import Counters  # noqa: E402  (the path comes first)
from policy import read_site  # noqa: E402  (as above)
from tests.visits.test_counters_crash import ADDING  # noqa: E402  (as above)

THREADS = 8


def main(kills: int = 100, acknowledged: int = 60) -> None:
    """Print how many were acknowledged, lost, and committed without being acknowledged."""
    # Beside the code, since the usual place for temporary files may be in memory.
    with TemporaryDirectory(dir=ROOT) as folder:
        path, told = Path(folder) / "counters.sqlite3", 0
        for number in range(kills):
            told += killed(path, acknowledged)
            kept = counted(path)
            # Each thread may have had one more committed before each kill.
            assert told <= kept <= told + THREADS * (number + 1), (number, told, kept)
    print(f"{kills} kills: {told} acknowledged, none lost, {kept - told} more committed")


def killed(path: Path, acknowledged: int) -> int:
    """How many additions the process acknowledged before it was killed."""
    command = [sys.executable, "-c", ADDING, str(path), str(ROOT)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        return len(lines) + len(process.stdout.readlines())


def counted(path: Path) -> int:
    """What a service that starts now finds, in a file that is sound and has no history."""
    with closing(Counters(path, read_site(ROOT).register)) as counters:
        assert counters.database.state.works
        with counters.database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        total = sum(row.views for row in counters.totals("page", 0, THREADS, 100))
    journal = counters.database.file.journal  # SQLite deletes one that it rolled back.
    assert not journal.exists() or not any(journal.read_bytes())
    return total


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
