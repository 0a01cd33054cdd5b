"""Where visitors come from: a finite list of names, whatever the referring host is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import Faults
from policy.reading import read_site
from policy.referrers import CHANNELS, Source, Sources
from tests.fixtures.small_site import ROOT

KNOWN = Sources()

HOSTS = {
    "": "Direct",
    "google.com": "Google",
    "www.google.com": "Google",
    "www.google.co.uk": "Google",
    "www.google.com.br": "Google",
    "news.google.de": "Google News",
    "mail.google.com": "Gmail",
    "classroom.google.com": "Google Classroom",
    "gemini.google.com": "Gemini",
    "com.google.android.gm": "Gmail",
    "WWW.BING.COM": "Bing",
    "duckduckgo.com.": "DuckDuckGo",
    "search.yahoo.com": "Yahoo",
    "yandex.com.tr": "Yandex",
    "x.com": "X",
    "t.co": "X",
    "m.facebook.com": "Facebook",
    "old.reddit.com": "Reddit",
    "de.wikipedia.org": "Wikipedia",
    # What a search engine has besides search is not search.
    "sites.google.com": "Google Sites",
    "docs.google.com": "Google Docs",
    "groups.google.com": "Another site",
    "meet.google.com": "Another site",
    "finance.yahoo.com": "Another site",
    "mail.yandex.ru": "Another mail service",
    "images.google.fr": "Google",
    # What only a public list knows, or the name of a host tells.
    "mojeek.com": "Another search engine",
    "metager.de": "Another search engine",
    "chatglm.cn": "Another assistant",
    "v2ex.com": "Another social network",
    "webmail.district.example.org": "Another mail service",
    "mail.example.org": "Another mail service",
    "mailorder.example.org": "Another site",
    # Apps, as Android calls them.
    "android-app://com.google.android.gm": "Gmail",
    "android-app://com.slack/": "Slack",
    "com.twitter.android": "X",
    "evil.com.slack": "Another site",
    # As browsers write hosts, and as nobody does.
    "www.google.com:443": "Google",
    "GOOGLE.COM.": "Google",
    "xn--ggle-55da.com": "Another site",
    "g\u043e\u043egle.com": "Another site",
    "google.com@evil.example": "Another site",
    "google.com/evil.example": "Google",
    "google.com\x00.evil.example": "Another site",
    "google.\u0441\u043em": "Another site",
    "chatgpt.com.evil.example": "Another site",
    "notchatgpt.com": "Another site",
    # Hosts that only look like a listed one.
    "evilgoogle.com": "Another site",
    "google.com.evil.example": "Another site",
    "google.evil.com": "Another site",
    "max.com": "Another site",
    "not.co": "Another site",
    "localhost": "Another site",
    "192.0.2.1": "Another site",
    "[::1]": "Another site",
    "...": "Another site",
}


@pytest.mark.parametrize(("host", "source"), HOSTS.items())
def test_host_belongs_to_a_source(host: str, source: str) -> None:
    """By its longest listed ending, at the dots only."""
    assert KNOWN.of(host) == source


@given(st.text(max_size=300))
def test_any_host_gives_a_listed_name(host: str) -> None:
    """Nothing that a browser sends can become a new name in the counters or the cookie."""
    source = KNOWN.of(host)
    assert source in KNOWN.names
    assert KNOWN.channel_of(source) in CHANNELS
    assert KNOWN.is_spam(host) in {True, False}


@pytest.mark.parametrize(
    ("source", "channel"),
    {
        "Direct": "direct",
        "Another site": "referral",
        "Google": "search",
        "Another search engine": "search",
        "ChatGPT": "AI assistants",
        "Gmail": "mail",
        "YouTube": "video",
        "Facebook": "social",
        "Google Classroom": "referral",
        "A name that is gone": "referral",
    }.items(),
)
def test_a_source_is_of_a_channel(source: str, channel: str) -> None:
    assert KNOWN.channel_of(source) == channel


def test_spam_is_known_unless_a_site_calls_it_its_partner() -> None:
    """Nor is a host spam that has a name."""
    partner = Source(name="Partner", hosts=("semalt.com",))
    assert KNOWN.is_spam("www.semalt.com")
    assert KNOWN.is_spam("SEMALT.com:80")
    assert not Sources(own=(partner,)).is_spam("semalt.com")
    assert not any(map(KNOWN.is_spam, HOSTS))


def test_a_site_names_its_partners() -> None:
    """Before what everybody calls their hosts."""
    partner = Source(name="Partner", hosts=("google.com", "example.org"), channel="social")
    sources = Sources(own=(partner,))
    assert sources.of("www.example.org") == sources.of("sites.google.com") == "Partner"
    assert sources.of("bing.com") == "Bing"
    assert sources.channel_of("Partner") == "social"
    assert "Partner" in sources.names
    assert read_site(ROOT).sources.of("district.instructure.com") == "Canvas"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "Direct"\nhosts = ["a.example"]', 'source "Direct" is there already'),
        ('name = "Bing"\nhosts = ["a.example"]', '"Bing" is of the channel "search" everywhere'),
        ('name = "A"\nhosts = ["a"]', "hosts"),
        ('name = "A"\nhosts = ["https://a.example"]', "hosts"),
        ('name = "A"\nhosts = []', "hosts"),
        ('name = "A"\nhosts = ["a.example", "a.example"]', 'belongs to "A" already'),
        ('name = "A"\nhosts = ["a.example"]\nchannel = "ads"', "channel"),
    ],
)
def test_what_cannot_be_a_source_is_told(tmp_path: Path, text: str, says: str) -> None:
    """With the file and the line."""
    for folder in ("site", "content"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "site/sources.toml").write_text(f"[[source]]\n{text}\n", encoding="utf-8")
    with pytest.raises(Faults) as caught:
        read_site(tmp_path)
    fault = caught.value.faults[0]
    assert fault.path == "site/sources.toml"
    assert fault.line in {1, 2, 3, 4}
    assert says in f"{fault.message} {fault.hint}"
