"""The audience cookie: asked for by a tick, set by a valid form, deleted on request."""

from __future__ import annotations

import pytest
from werkzeug.test import Client, TestResponse

from tests.fixtures.form_site import NEWSLETTER, REQUEST, send
from tests.fixtures.small_site import HOST, SmallSite

NAME = "__Host-audience"
TICKED = REQUEST | {"recognize": "yes"}


@pytest.fixture
def client(site: SmallSite) -> Client:
    return site.app.test_client()


def set_by(answer: TestResponse) -> list[str]:
    """What an answer tells the browser to keep."""
    return answer.headers.getlist("Set-Cookie")


def held(client: Client) -> str | None:
    """The cookie's value in this browser, without its signature."""
    cookie = client.get_cookie(NAME)
    return cookie.value.rpartition(".")[0] if cookie else None


def forget(client: Client, **headers: str) -> TestResponse:
    return client.post("/audience/forget", headers=headers)


@pytest.mark.promise("P5")
def test_the_tick_sets_it_as_the_register_declares(site: SmallSite, client: Client) -> None:
    """Name, value, lifetime and flags; one cookie, and no other."""
    (header,) = set_by(send(client, TICKED))
    pair, *attributes = header.split("; ")
    name, _, value = pair.partition("=")
    assert name == NAME
    assert site.service.cookies.decode("audience", value) == {"version": 1, "audience": "teacher"}
    assert value.startswith("version=1&audience=teacher.")
    assert set(attributes) == {
        "Secure", "HttpOnly", "Max-Age=15552000", "Path=/", "SameSite=Lax",
    }  # fmt: skip


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    "answers",
    [
        REQUEST,
        REQUEST | {"recognize": "no"},
        TICKED | {"email": "wrong"},
        TICKED | {"role": "nobody"},
        TICKED | {"role": ""},
    ],
)
def test_without_a_tick_or_with_a_mistake_there_is_none(
    client: Client, answers: dict[str, str]
) -> None:
    """Only a valid submission with its box ticked."""
    assert set_by(send(client, answers)) == []


@pytest.mark.promise("P5")
@pytest.mark.parametrize(
    ("role", "audience"),
    [("superintendent", "district"), ("office", "school"), ("parent", "family")],
)
def test_the_role_decides_the_group(client: Client, role: str, audience: str) -> None:
    """By the site's rules; the cookie names the group, never the person or the role."""
    send(client, TICKED | {"role": role})
    assert held(client) == f"version=1&audience={audience}"


def test_everybody_of_a_group_carries_the_same_bytes(site: SmallSite) -> None:
    """Whoever they are, and whenever they came."""
    values = set()
    for number in range(3):
        browser = site.app.test_client()
        send(browser, TICKED | {"name": f"Ada {number}", "email": f"a{number}@example.org"})
        cookie = browser.get_cookie(NAME)
        values.add(cookie.value if cookie else None)
        site.clock.forward(minutes=1_000)
    assert len(values) == 1
    assert None not in values


def test_a_later_form_with_the_tick_changes_it(client: Client) -> None:
    """What somebody said last counts."""
    send(client, TICKED)
    send(client, TICKED | {"role": "principal"})
    assert held(client) == "version=1&audience=school"


def test_a_role_without_a_group_deletes_it(client: Client) -> None:
    """The default group is the absence of a cookie; the old one would be untrue."""
    send(client, TICKED)
    send(client, TICKED | {"role": "other"})
    assert held(client) is None
    send(client, TICKED)
    send(client, NEWSLETTER | {"recognize": "yes"}, "newsletter")
    assert held(client) is None


def test_a_later_form_without_the_tick_leaves_it_alone(client: Client) -> None:
    """An empty box asks for nothing: not for the cookie, and not for its end."""
    send(client, TICKED)
    assert set_by(send(client, REQUEST | {"role": "principal"})) == []
    assert held(client) == "version=1&audience=teacher"


@pytest.mark.promise("P5")
def test_visits_do_not_extend_it(client: Client) -> None:
    """Its days are counted from the form."""
    send(client, TICKED)
    for address in ("/", "/solutions/", "/request-information/", "/none/"):
        assert set_by(client.get(address, buffered=True)) == []


@pytest.mark.parametrize("signal", ["Sec_GPC", "DNT"])
def test_a_signal_does_not_take_back_what_was_ticked(client: Client, signal: str) -> None:
    """The signals ask not to be tracked; the box asks, by name, to be recognized."""
    assert len(set_by(send(client, TICKED, **{signal: "1"}))) == 1


@pytest.mark.promise("P5")
def test_it_is_forgotten_on_request(client: Client) -> None:
    """One plain form, which needs no script, and leads to what the browser keeps now."""
    send(client, TICKED)
    answer = forget(client, Origin=HOST)
    assert (answer.status_code, answer.location) == (303, "/visit/cookies")
    assert answer.headers["Cache-Control"] == "no-store"
    assert held(client) is None
    (header,) = set_by(answer)
    assert "Max-Age=0" in header


@pytest.mark.parametrize("value", ["", "forged", "version=0&audience=teacher.x"])
def test_even_a_broken_one_is_forgotten(client: Client, value: str) -> None:
    """Or one that is not there."""
    client.set_cookie(NAME, value)
    assert forget(client, Origin=HOST, DNT="1").status_code == 303
    assert held(client) is None


def test_other_sites_cannot_have_it_forgotten(client: Client) -> None:
    """Only a page of ours may ask."""
    send(client, TICKED)
    assert forget(client, Origin="https://elsewhere.example").status_code == 403
    assert forget(client).status_code == 403
    assert client.get("/audience/forget", buffered=True).status_code in {404, 405}
    assert held(client) == "version=1&audience=teacher"
