"""A new store counts, and is chosen by its address."""

import os

os.environ["PLAINSITE_COUNTERS"] = "trial://"

from tests.docs.recipes import first_site, visit

with first_site() as site:
    visit(site, "/about/")
    assert not (site.var / "counters.sqlite3").exists()
    assert (site.var / "records.sqlite3").exists()
    counters = site.app.extensions["plainsite"].counters
    (cell,) = counters.totals("page", 0, 10**9, 10)
    assert (cell.cell, cell.views) == ("/about/", 1)
