"""kill -9 under load, again and again on the same file: nothing that was acknowledged is lost.

    python bench/crashes.py [KILLS] [ACKNOWLEDGED]

First the counters: eight threads count in a process of their own, which is killed once so many
additions were acknowledged. Then the records: six visitors post forms to a service, which is killed
once so many were thanked (303). Each time the file must then be sound, hold every one of them, a
form with its contact, its question and the mail that asks it, and keep no journal.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analytics.storage.database import Database, open_records  # noqa: E402  (the path comes first)
from analytics.visits.store.sqlite import Counters  # noqa: E402  (as above)
from policy import read_site  # noqa: E402  (as above)
from tests.contacts.test_contacts_crash import KEPT, SERVING, post_form  # noqa: E402  (as above)
from tests.fixtures.form_site import form_site  # noqa: E402  (as above)
from tests.visits.test_counters_crash import ADDING  # noqa: E402  (as above)

REGISTER = read_site(ROOT).register
THREADS, SENDERS = 8, 6
MOST_FROM_ONE = 19
"""As many forms as a service takes from one network (`analytics/web/rate_limits.py`), less one."""


def main(kills: int = 100, acknowledged: int = 60) -> None:
    """Print how many were acknowledged, lost, and committed without being acknowledged."""
    # Beside the code, since the usual place for temporary files may be in memory.
    with TemporaryDirectory(dir=ROOT) as folder:
        counting(Path(folder) / "counters.sqlite3", kills, acknowledged)
    with TemporaryDirectory(dir=ROOT) as folder:
        sending(Path(folder), kills, acknowledged)


def counting(path: Path, kills: int, acknowledged: int) -> None:
    """The counters."""
    told = kept = 0
    for number in range(kills):
        told += killed(path, acknowledged)
        kept = counted(path)
        # Each thread may have had one more committed before each kill.
        assert told <= kept <= told + THREADS * (number + 1), (number, told, kept)
    print(f"counters: {kills} kills: {told} acknowledged, none lost, {kept - told} more committed")


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
    with closing(Counters(path, REGISTER)) as counters:
        is_sound(counters.database)
        return sum(row.views for row in counters.totals("page", 0, THREADS, 100))


def sending(folder: Path, kills: int, acknowledged: int) -> None:
    """The records."""
    with form_site(folder):
        pass
    thanked: set[str] = set()
    kept: set[str] = set()
    refused: Counter[bytes] = Counter()
    for number in range(kills):
        thanked |= thanked_until_killed(folder, number, acknowledged, refused)
        kept = stored(folder / "var/records.sqlite3")
        lost = thanked - kept
        assert not lost, (number, lost)
        # Each sender may have had one more committed before each kill.
        assert len(kept) <= len(thanked) + SENDERS * (number + 1), (number, kept - thanked)
    more = len(kept) - len(thanked)
    told = f"{sum(refused.values())} refused {dict(refused)}"
    print(
        f"records: {kills} kills: {len(thanked)} thanked, none lost, {more} more committed, {told}"
    )


def thanked_until_killed(
    folder: Path, kill: int, acknowledged: int, refused: Counter[bytes]
) -> set[str]:
    """The addresses whose form the service thanked for before it was killed."""
    command = [sys.executable, "-c", SERVING, *map(str, (ROOT, folder / "public", folder / "var"))]
    thanked: set[str] = set()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())

        def send(sender: int) -> None:
            for email in posted(port, sender, kill, refused):
                thanked.add(email)
                if len(thanked) >= acknowledged:
                    process.kill()

        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(send, range(SENDERS)))
        process.kill()
    return thanked


def posted(port: int, sender: int, kill: int, refused: Counter[bytes]) -> Iterator[str]:
    """The addresses that one visitor was thanked for, until the service is gone."""
    for number in range(MOST_FROM_ONE):
        email = f"ada{number}@kill{kill}.sender{sender}.example.org"
        try:
            answer = post_form(port, f"127.0.0.{sender + 2}", email)
        except ConnectionError:
            return
        if not answer:
            return  # The connection was taken before the kill, and ended by it.
        if b" 303 " in answer:
            yield email
        else:
            refused[answer[9:12]] += 1


def stored(path: Path) -> set[str]:
    """What a service that starts now finds: each with all that belongs to it."""
    engine = open_records(path, REGISTER)
    try:
        is_sound(Database.of(engine))
        with engine.connect() as connection:
            return {email for (email,) in connection.exec_driver_sql(KEPT)}
    finally:
        engine.dispose()


def is_sound(database: Database) -> None:
    """The file is whole, can be used, and no journal beside it holds anything."""
    assert database.state.works
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    journal = database.file.journal  # SQLite deletes one that it rolled back.
    assert not journal.exists() or not any(journal.read_bytes())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
