"""The built site over HTTP: encodings, conditions, ranges, redirects, and what is never served."""

from __future__ import annotations

import gzip

import brotli
import pytest
from werkzeug.test import Client, TestResponse

from tests.fixtures.small_site import SmallSite, write_build

ASSET = "/assets/main.1a2b3c4d.css"


@pytest.fixture
def client(site: SmallSite) -> Client:
    return site.app.test_client()


def get(client: Client, address: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(address, headers=named, buffered=True)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0.1, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("gzip;q=0", None),
        ("*", "br"),
        ("GZIP", "gzip"),
        ("brr, xgzip", None),
    ],
)
def test_encoding_is_what_the_browser_likes_best(
    client: Client, accepted: str, encoding: str | None
) -> None:
    """Of equal ones, Brotli; one that is refused is never sent; the content is the same."""
    answer = get(client, "/about/", Accept_Encoding=accepted)
    assert answer.headers.get("Content-Encoding") == encoding
    unpack = {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[encoding]
    assert unpack(answer.data) == get(client, "/about/").data
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content_length == len(answer.data)


def test_each_encoding_has_a_tag_of_its_own(client: Client) -> None:
    """A strong tag stands for the very bytes (RFC 9110, section 8.8.3)."""
    tags = {get(client, "/", Accept_Encoding=name).headers["ETag"] for name in ("", "br", "gzip")}
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("asked", ["{}", "W/{}", '"other", {}', "*"])
def test_page_that_has_not_changed_is_not_sent(client: Client, asked: str) -> None:
    """304 keeps what a cache needs: the tag, how to cache, and what the answer varies by."""
    first = get(client, "/about/", Accept_Encoding="br")
    tag = asked.format(first.headers["ETag"])
    again = get(client, "/about/", Accept_Encoding="br", If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]
    assert "Content-Length" not in again.headers


def test_page_that_has_changed_is_sent(client: Client, site: SmallSite) -> None:
    """After a rebuild the old tag no longer fits."""
    tag = get(client, "/about/").headers["ETag"]
    write_build(site.public, words="second")
    answer = get(client, "/about/", If_None_Match=tag)
    assert answer.status_code == 200
    assert b"second" in answer.data


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("0-0", 0, 1), ("0-9", 0, 10), ("10-", 10, None), ("-5", -5, None), ("5-99999", 5, None)],
)
def test_a_range_is_cut_out(client: Client, asked: str, start: int, stop: int | None) -> None:
    """206, and exactly the bytes that were asked for."""
    whole = get(client, ASSET).data
    answer = get(client, ASSET, Range=f"bytes={asked}")
    assert (answer.status_code, answer.data) == (206, whole[start:stop])
    assert answer.content_length == len(answer.data)
    assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


@pytest.mark.parametrize("asked", ["lines=1-2", "bytes=x", "bytes=0-1,4-5", "bytes=5-1", ""])
def test_a_range_that_makes_no_sense_is_ignored(client: Client, asked: str) -> None:
    """The whole is sent; many ranges at once are not worth an answer of many parts."""
    answer = get(client, ASSET, Range=asked)
    assert (answer.status_code, answer.data) == (200, get(client, ASSET).data)


def test_a_range_beyond_the_end_cannot_be_sent(client: Client) -> None:
    """416, with the true length."""
    size = len(get(client, ASSET).data)
    answer = get(client, ASSET, Range=f"bytes={size}-")
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_conditions_come_before_ranges(client: Client) -> None:
    """What has not changed is not sent, not even in part; a stale part is not continued."""
    tag = get(client, ASSET).headers["ETag"]
    assert get(client, ASSET, Range="bytes=0-9", If_None_Match=tag).status_code == 304
    assert get(client, ASSET, Range="bytes=0-9", If_Range=tag).status_code == 206
    assert get(client, ASSET, Range="bytes=0-9", If_Range='"old"').status_code == 200


def test_head_is_get_without_the_body(client: Client) -> None:
    """The same status and headers, for a page and for a page that is not there."""
    for address in ("/about/", ASSET, "/nowhere/"):
        full = client.get(address, buffered=True)
        head = client.head(address, buffered=True)
        assert head.data == b""
        assert head.status_code == full.status_code
        drop = {"Date"}
        assert {k: v for k, v in head.headers if k not in drop} == {
            k: v for k, v in full.headers if k not in drop
        }


def test_pages_are_asked_for_again_and_assets_never(client: Client) -> None:
    """A page may change at any time; a fingerprinted asset cannot."""
    assert get(client, "/").headers["Cache-Control"] == "no-cache"
    assert get(client, ASSET).headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/about", "/about/"),
        ("/about?a=1&b=%2F", "/about/?a=1&b=%2F"),
        ("/caf%C3%A9", "/caf%C3%A9/"),
        ("/old/", "/about/"),
        ("/old", "/about/"),
    ],
)
def test_redirects_keep_the_query(client: Client, address: str, target: str) -> None:
    """A missing slash and an old address lead to the page, on this site."""
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (308, target)


def test_percent_encoded_addresses_are_found(client: Client) -> None:
    """An address is what it means, not how it is written."""
    assert "/caf\u00e9/" in get(client, "/caf%C3%A9/").text
    assert get(client, "/%61bout/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/_build.json",
        "/_variants/teacher/solutions/index.html",
        "/_variants/teacher/solutions/",
        "/solutions/%23teacher",
        "/solutions/index.html",
        "/index.html.br",
        "/404.html.gz",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/about/..%2f..%2fsecret.txt",
        "/about/../../secret.txt",
        "/%00",
        "/about/%00",
        "/%ff",
        "/\\..\\secret.txt",
        "/ABOUT/",
    ],
)
def test_only_what_the_build_lists_is_served(client: Client, site: SmallSite, address: str) -> None:
    """Everything else, whatever is on the disk, gets the 404 page."""
    (site.public.parent / "secret.txt").write_text("secret")
    answer = get(client, address)
    assert answer.status_code == 404
    assert answer.text == "<h1>Not found</h1>"
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "path", ["//secret.txt", "//about/", "//evil.example/..", "about/", "*", "/about//"]
)
def test_a_path_is_never_taken_for_a_host(client: Client, path: str) -> None:
    """A path as it comes over the wire, which no URL parser has looked at."""
    answer = client.get("/", environ_overrides={"PATH_INFO": path}, buffered=True)
    assert answer.status_code == 404
    assert "Location" not in answer.headers


def test_the_404_page_is_compressed_and_never_cached_as_a_page(client: Client) -> None:
    """It has no tag, so a page that appears later is fetched."""
    answer = get(client, "/404.html", Accept_Encoding="gzip")
    assert answer.status_code == 404
    assert gzip.decompress(answer.data) == b"<h1>Not found</h1>"
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-cache"


def test_pages_take_only_get_and_head(client: Client) -> None:
    """405 says what is allowed."""
    answer = client.post("/about/")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_file_that_a_newer_build_removed_is_not_found(client: Client, site: SmallSite) -> None:
    """Between a rebuild and its reload the old list names files that are gone."""
    (site.public / "about/index.html").unlink()
    assert get(client, "/about/").status_code == 404


def test_every_answer_has_the_security_headers(client: Client) -> None:
    """Pages, assets, redirects, refusals and errors alike."""
    for address in ("/", ASSET, "/about", "/nowhere/", "/visit/nothing", "/staff/"):
        answer = get(client, address)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_sets_a_cookie(client: Client) -> None:
    """Reading is free of cookies, Flask's own included."""
    for address in ("/", "/solutions/", ASSET, "/about", "/nowhere/"):
        assert "Set-Cookie" not in get(client, address).headers
