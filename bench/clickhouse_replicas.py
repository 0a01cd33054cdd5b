"""What ZooKeeper keeps of each hit where ClickHouse has replicas, and for how long.

    apt-get install zookeeper
    python -m bench.clickhouse_replicas [--wait 120]

Two ClickHouse servers, one ZooKeeper, all on loopback. A table like ours takes one INSERT for each
made-up hit, with `insert_quorum = 2`; all is merged, and ClickHouse and ZooKeeper are set to forget
as soon as they can. Then the files of ZooKeeper are read, after the register's window and later: of
how many hits do they tell the moment?
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.fixtures.clickhouse import Server, _free_port  # noqa: E402  (the path comes first)

HITS = 20
WINDOW = 60
SOON = {
    "replicated_deduplication_window": 1,
    "replicated_deduplication_window_seconds": 1,
    "cleanup_delay_period": 1,
    "cleanup_delay_period_random_add": 0,
    "max_replicated_logs_to_keep": 1,
    "min_replicated_logs_to_keep": 1,
    "old_parts_lifetime": 1,
}
"""As short as 18.16 takes them."""


class ZooKeeper:
    """One, on loopback, that takes a snapshot as often as it can."""

    def __init__(self) -> None:
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="plainsite-zookeeper-")), _free_port()
        self.data = self.folder / "data"
        self._config = self.folder / "zoo.cfg"
        self._config.write_text(
            f"dataDir={self.data}\nclientPort={self.port}\nclientPortAddress=127.0.0.1\n"
            "tickTime=2000\nadmin.enableServer=false\nautopurge.snapRetainCount=3\n"
            "autopurge.purgeInterval=1\n4lw.commands.whitelist=ruok\n"
        )
        words = ["java", "-Dzookeeper.snapCount=2", "-cp", "/usr/share/java/zookeeper.jar"]
        words += ["org.apache.zookeeper.server.quorum.QuorumPeerMain", str(self._config)]
        with (self.folder / "output").open("wb") as output:
            self.process = subprocess.Popen(words, stdout=output, stderr=output, cwd=self.folder)

    def purge(self) -> None:
        """Have it delete all but the three snapshots that it never goes below."""
        words = ["java", "-cp", "/usr/share/java/zookeeper.jar"]
        words += ["org.apache.zookeeper.server.PurgeTxnLog", str(self.data), str(self.data)]
        subprocess.run([*words, "-n", "3"], capture_output=True, check=True)

    def told(self) -> tuple[int, int, int]:
        """In its files: how many moments at which a file of rows was noted, how many hashes of what
        an INSERT had, and how many bytes there are."""
        blocks, moments, size = set[bytes](), set[int](), 0
        for path in self.data.rglob("*"):
            if path.is_file():
                data = path.read_bytes().rstrip(b"\0")
                size += len(data)
                blocks |= {*re.findall(rb"/blocks/(all_\d+_\d+)", data)}
                for found in re.finditer(rb"/log/log-\d{10}|/parts/all_\d+_\d+_0", data):
                    moments |= {*_times(data, found.start())}
        return len(moments), len(blocks), size

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _times(data: bytes, at: int) -> list[int]:
    """The milliseconds that stand in the head of a transaction, before the path that it makes."""
    now = time.time() * 1e3
    for back in range(12, 160):
        if at >= back:
            (found,) = struct.unpack(">q", data[at - back : at - back + 8])
            if now - 3_600_000 < found <= now:
                return [found]
    return []


def replicated(server: Server, name: str) -> None:
    settings = ", ".join(f"{key} = {value}" for key, value in SOON.items())
    server.ask(
        f"CREATE TABLE cells (of_table String, value Int64, visits Int64)"
        f" ENGINE = ReplicatedSummingMergeTree('/plainsite/cells', '{name}', (visits))"
        f" PARTITION BY tuple() ORDER BY (of_table, value) SETTINGS {settings}"
    )


def main(wait: int) -> None:
    """Print what is told, when."""
    keeper = ZooKeeper()
    more = (
        f"<zookeeper><node><host>127.0.0.1</host><port>{keeper.port}</port></node></zookeeper>"
        "<interserver_http_host>127.0.0.1</interserver_http_host>"
        "<interserver_http_port>{}</interserver_http_port>"
    )
    servers: list[Server] = []
    try:
        time.sleep(5)
        servers += [Server(more.format(_free_port())) for _ in range(2)]
        for server, name in zip(servers, ("one", "two"), strict=True):
            replicated(server, name)
        client = Client("127.0.0.1", port=servers[0].port, user="plainsite")
        began = time.monotonic()
        for value in range(HITS):
            client.execute(
                "INSERT INTO cells (of_table, value, visits) VALUES",
                [("running", value, 1)],
                settings={"insert_quorum": 2, "insert_quorum_timeout": 10_000},
            )
        each = (time.monotonic() - began) / HITS * 1e3
        held = [server.ask("SELECT sum(visits) FROM cells") for server in servers]
        print(f"{HITS} hits, {each:.0f} ms each with insert_quorum = 2; both have {held}")
        print(f"  right after: {said(keeper)}", flush=True)
        until = time.monotonic() + WINDOW
        while time.monotonic() < until:
            with suppress(Error):
                servers[0].ask("OPTIMIZE TABLE cells FINAL")
            time.sleep(7)
        print(f"  after {WINDOW} s, merged, as it is: {said(keeper)}")
        keeper.purge()
        print(f"  and after zkCleanup.sh -n 3, the least: {said(keeper)}", flush=True)
        time.sleep(wait)
        keeper.purge()
        print(f"  {wait} s later, purged again, no hit since: {said(keeper)}")
        twice = [
            client.execute(
                "INSERT INTO cells (of_table, value, visits) VALUES", [("running", 99, 1)]
            )
            for _ in range(2)
        ]
        ((found,),) = client.execute("SELECT sum(visits) FROM cells WHERE value = 99")
        print(f"two hits that are the same ({len(twice)} INSERTs): counted {found}")
        print(f"names of two INSERTs that run at once, one on each: {at_once(servers)}")
    finally:
        for server in servers:
            server.stop()
        keeper.stop()


def at_once(servers: list[Server]) -> str:
    """Whether one query id keeps the other from writing."""
    clients = [Client("127.0.0.1", port=each.port, user="plainsite") for each in servers]
    statement = "INSERT INTO cells (of_table, value, visits) VALUES"
    for each in clients:
        each.connection.force_connect()
        each.connection.send_query(statement, query_id="plainsite")
        each.connection.send_external_tables(None)
        try:
            each.receive_sample_block()
        except Error as error:
            return f"the second waits (code {error.code})"
    return "both write"


def said(keeper: ZooKeeper) -> str:
    moments, blocks, size = keeper.told()
    return f"{moments} moments, {blocks} hashes of INSERTs, {size:,} bytes"


if __name__ == "__main__":
    asked = ArgumentParser()
    asked.add_argument("--wait", type=int, default=120)
    main(asked.parse_args().wait)
