"""A new dimension is counted and reported."""

from tests.docs.recipes import first_site, staff, visit

with first_site() as site:
    visit(site, "/solutions/")
    counters = site.app.extensions["plainsite"].counters
    (cell,) = counters.totals("entry_section", 0, 10**9, 10)
    assert (cell.cell, cell.visits, cell.engaged_ms) == ("/solutions/", 1, 1_000)
    assert "Entry sections" in staff(site, "reports").get("/staff/reports/?tab=pages").text
