"""A new measure is counted and reported."""

from tests.docs.recipes import first_site, staff, visit

with first_site() as site:
    visit(site, "/about/")
    counters = site.app.extensions["plainsite"].counters
    for dimension in ("all", "page", "entry"):
        (cell,) = counters.totals(dimension, 0, 10**9, 10)
        assert cell.engaged_times == 1
    assert "Times read" in staff(site, "reports").get("/staff/reports/").text
