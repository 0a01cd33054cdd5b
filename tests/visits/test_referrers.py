"""Where visitors come from: a finite list of names, whatever the referring host is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.referrers import source_names, source_of

HOSTS = {
    "": "Direct",
    "google.com": "Google",
    "www.google.com": "Google",
    "www.google.co.uk": "Google",
    "www.google.com.br": "Google",
    "news.google.de": "Google",
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
    assert source_of(host) == source


@given(st.text(max_size=300))
def test_any_host_gives_a_listed_name(host: str) -> None:
    """Nothing that a browser sends can become a new name in the counters or the cookie."""
    assert source_of(host) in source_names()
