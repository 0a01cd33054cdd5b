"""A new feature answers where it is on, and is declared there."""

from pathlib import Path

from tests.docs.recipes import first_site
from tests.fixtures.whole_site import served, whole_site

with first_site() as site:
    assert site.app.test_client().get("/status/").text == "All works.\n"
    assert "/status/" in site.app.test_client().get("/.well-known/privacy.json").text
without = served(whole_site(Path.cwd() / "without"))
assert without.app.test_client().get("/status/").status_code == 404
without.close()
