"""Which journeys there are: those of the features that a site has on."""

from __future__ import annotations

import pytest

from audit.journeys.routes import ROUTES, routes_of
from policy import read_site
from policy.features import read_features
from tests.fixtures.first_site import ROOT

REGISTER = read_site(ROOT).register
EVERYWHERE = {"first visit", "scripts off", "nothing there", "from elsewhere"}
HERE = {*EVERYWHERE, "every address"}


def names(*features: str, local: bool = True) -> set[str]:
    register = REGISTER.model_copy(update={"features": features})
    return {route.name for route in routes_of(register, local=local, routes=ROUTES)}


def test_a_site_with_everything_on_has_every_journey() -> None:
    """But for the one through experiments, of which this site declares none."""
    assert names(*REGISTER.features) == {route.name for route in ROUTES} - {"wordings"}


def test_a_plain_site_is_read_with_scripts_and_without() -> None:
    """And nothing is missed: no form, no question, no staff."""
    assert names() == HERE


@pytest.mark.parametrize(
    ("feature", "journeys"),
    [
        (
            "visits",
            {"accept", "reject", "withdraw", "Sec-GPC", "DNT", "two tabs", "offline", "deeds"},
        ),
        ("visits", {"days that end"}),
        ("forms", {"forms", "forms with permission", "forms with mistakes", "own data"}),
        ("audiences", {"pages for a role"}),
        ("staff", {"staff", "wrong password"}),
    ],
)
def test_a_feature_brings_its_journeys(feature: str, journeys: set[str]) -> None:
    """Without it there are none of them."""
    assert journeys <= names(feature)
    assert not journeys & names(*(set(REGISTER.features) - {feature}))


def test_where_staff_read_what_people_sent_some_may_not() -> None:
    assert "fewer roles" in names("staff", "forms", "visits")
    assert "fewer roles" not in names("staff", "visits") | names("forms", "visits")


@pytest.mark.parametrize("feature", ["visits", "forms", "staff"])
def test_wherever_something_is_kept_it_grows_old(feature: str) -> None:
    assert "retention" in names(feature)


def test_no_journey_needs_what_no_feature_is_called() -> None:
    assert {need for route in ROUTES for need in (*route.needs, *route.needs_one_of)} <= set(
        read_features()
    )


def test_at_an_address_nothing_is_sent_and_nobody_signs_in() -> None:
    made = names(*REGISTER.features, local=False)
    assert made > EVERYWHERE
    assert not made & {"forms", "own data", "retention", "staff", "pages for a role", "deeds"}
