"""A new page of the staff area is in the menu of those who may see it, and nobody else sees it."""

from tests.docs.recipes import first_site, staff

with first_site() as site:
    admin, reports = staff(site, "admin"), staff(site, "reports")
    page = admin.get("/staff/sessions/").text
    assert "<li>admin</li>\n<li>reports</li>" in page
    assert 'href="/staff/sessions/" aria-current="page"' in page
    assert reports.get("/staff/sessions/").status_code == 403
    assert "/staff/sessions/" not in reports.get("/staff/reports/").text
    assert site.app.test_client().get("/staff/sessions/").status_code == 303
