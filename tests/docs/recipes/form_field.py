"""A new field is asked, stored and shown."""

from tests.docs.recipes import first_site, staff
from tests.fixtures.form_site import REQUEST, send

with first_site() as site:
    page = (site.public / "request-information" / "index.html").read_text(encoding="utf-8")
    assert 'name="fax"' in page
    stored = site.public / "privacy" / "stored" / "index.html"
    assert "A number to send papers to" in stored.read_text(encoding="utf-8")
    sent = send(site.app.test_client(), REQUEST | {"fax": "888 527 5225"})
    assert sent.status_code == 303, sent.text
    assert "888 527 5225" in staff(site, "contacts").get("/staff/contacts/").text
