"""/staff/definitions/: what each figure means, for the goals and campaigns of this site."""

from __future__ import annotations

from tests.fixtures.small_site import small_site
from tests.fixtures.staff import add, signed_in


def test_the_page_names_the_site_s_own_goals_and_campaigns(tmp_path, quick_passwords):
    with small_site(tmp_path) as site:
        add(site, rosa="reports")
        page = signed_in(site, "rosa").get("/staff/definitions/")
        goals, campaigns = site.service.site.goals, site.service.site.campaigns
    assert page.status_code == 200
    assert goals.goals
    for label in (*(goal.label for goal in goals.goals), *(each.name for each in campaigns.own)):
        assert label in page.text
