"""A small site, on a day in March 2026, and what its command says of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

import build
from analytics.commands import counted, imports
from analytics.visits.store.imported import Imported
from analytics.web.clock import Clock
from tests.fixtures.small_site import ROOT, SmallSite, small_site


@dataclass
class Importing:
    """The site, its command, and what was kept."""

    site: SmallSite
    said: Callable[..., Result]

    @property
    def kept(self) -> Imported:
        return Imported(self.site.service.counters)

    @property
    def rows(self) -> list[int]:
        with self.site.service.counters.database.engine.connect() as connection:
            return [
                connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
                for name in ("imports", "imported_days", "imported_cells")
            ]


@pytest.fixture
def importing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Importing]:
    with small_site(tmp_path) as site:
        zone = ZoneInfo("America/Los_Angeles")
        monkeypatch.setattr(counted, "machine_clock", lambda _: Clock(site.clock, zone))
        # The build that the small site wrote, in the place of the first site's.
        monkeypatch.setattr(imports, "read_build", lambda _: site.service.build)
        runner = CliRunner(env={"PLAINSITE_VAR": str(site.var)})

        def said(*words: object) -> Result:
            return runner.invoke(build.main, ["--root", str(ROOT), "data", *map(str, words)])

        yield Importing(site, said)
