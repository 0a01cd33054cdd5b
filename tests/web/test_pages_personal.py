"""Personal pages: the signed audience cookie picks the file, before anything is sent."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.fixtures.small_site import AUDIENCES, PERSONAL, SmallSite

NAME = "__Host-audience"


def signed(site: SmallSite, audience: str) -> str:
    return site.service.cookies.encode("audience", {"version": 1, "audience": audience})


def shown(
    site: SmallSite, cookie: str | None, address: str = PERSONAL, **headers: str
) -> TestResponse:
    client = site.app.test_client(use_cookies=False)
    if cookie is not None:
        headers["Cookie"] = f"{NAME}={cookie}"
    return client.get(address, headers=headers, buffered=True)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_cookie_picks_the_variant(site: SmallSite, audience: str) -> None:
    """Each audience sees its own variant, and its cookie is left alone."""
    answer = shown(site, signed(site, audience))
    assert f"/solutions/ {audience}" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_without_a_cookie_it_is_the_default(site: SmallSite) -> None:
    """As for everyone who has not asked to be recognized."""
    answer = shown(site, None)
    assert "first /solutions/ <" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_an_audience_without_a_variant_sees_the_default(site: SmallSite) -> None:
    """The generator builds only the variants that differ."""
    answer = shown(site, signed(site, "family"))
    assert "first /solutions/ <" in answer.text
    assert "Set-Cookie" not in answer.headers


def bad_cookies(site: SmallSite) -> dict[str, str]:
    cookies = site.service.cookies
    signer = cookies._signer("audience", None)
    (today, *_) = cookies._days(site.service.site.register.cookie("visit"))
    good = signed(site, "teacher")
    return {
        "unsigned": "teacher",
        "empty": "",
        "edited": good.replace("teacher", "school"),
        "outdated": signer.sign("version=0&audience=teacher").decode(),
        "of an audience that is gone": signer.sign("version=1&audience=gone").decode(),
        "of another cookie": cookies._signer("visit", today)
        .sign("version=1&audience=teacher")
        .decode(),
        "very long": "x" * 50_000,
    }


@pytest.mark.parametrize(
    "kind",
    [
        "unsigned",
        "empty",
        "edited",
        "outdated",
        "of an audience that is gone",
        "of another cookie",
        "very long",
    ],
)
def test_a_bad_cookie_gets_the_default_and_is_deleted(site: SmallSite, kind: str) -> None:
    """It can have no effect, so it is not left lying on the visitor's machine."""
    answer = shown(site, bad_cookies(site)[kind])
    assert answer.status_code == 200
    assert "first /solutions/ <" in answer.text
    deleted = answer.headers["Set-Cookie"]
    assert deleted.startswith(f"{NAME}=;")
    assert "Max-Age=0" in deleted


def test_no_two_variants_share_a_tag(site: SmallSite) -> None:
    """A browser that changes audience never gets 304 for the page of another."""
    kinds = [None, *(signed(site, audience) for audience in AUDIENCES)]
    for encoding in ("identity", "gzip", "br"):
        answers = [shown(site, kind, Accept_Encoding=encoding) for kind in kinds]
        tags = [answer.headers["ETag"] for answer in answers]
        assert len(set(tags)) == len(kinds)
        headers = {"Accept-Encoding": encoding, "If-None-Match": tags[1]}
        assert [shown(site, kind, **headers).status_code for kind in kinds] == [200, 304, 200]


def test_personal_pages_are_cached_only_for_the_cookie(site: SmallSite) -> None:
    """With or without a cookie, in full or as 304: private, and the answer varies by cookie."""
    teacher = signed(site, "teacher")
    whole = shown(site, teacher)
    same = shown(site, teacher, **{"If-None-Match": whole.headers["ETag"]})
    assert same.status_code == 304
    for answer in (whole, same, shown(site, None)):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert {"Cookie", "Accept-Encoding"} == set(answer.headers["Vary"].split(", "))


def test_pages_for_everyone_do_not_look_at_the_cookie(site: SmallSite) -> None:
    """They may be cached for all, so nothing about one browser is in the answer."""
    answer = shown(site, "teacher", "/about/")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


def test_two_cookies_of_one_name(site: SmallSite) -> None:
    """The first counts, as the browser sends the more particular one first; nothing breaks."""
    pair = f"{NAME}={signed(site, 'teacher')}; {NAME}={signed(site, 'school')}"
    answer = site.app.test_client(use_cookies=False).get(
        PERSONAL, headers={"Cookie": pair}, buffered=True
    )
    assert "/solutions/ teacher" in answer.text
