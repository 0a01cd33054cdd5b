"""User-Agent headers as real browsers and real programs send them."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.visits.state import Agent
from analytics.visits.user_agents import BROWSERS, DEVICES, SYSTEMS, Hints, agent_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT}"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
ANDROID = f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT}"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {IOS}"
BRAVIA = "BRAVIA 4K VH2 Build/QTG3"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {IOS}"

PEOPLE = {
    f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36": "Chrome, Windows, Desktop",
    f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge, Windows, Desktop",
    f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Vivaldi/7.5": "Vivaldi, Windows, Desktop",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0": (
        "Firefox, Windows, Desktop"
    ),
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko": (
        "Internet Explorer, Windows, Desktop"
    ),
    f"{MAC} {IOS} Version/18.5 Safari/605.1.15": "Safari, macOS, Desktop",
    f"{MAC} {WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/122.0.0.0": "Opera, macOS, Desktop",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36": (
        "Chrome, ChromeOS, Desktop"
    ),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0": (
        "Firefox, Linux, Desktop"
    ),
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36": (
        "Chrome, Linux, Desktop"
    ),
    f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36": "Chrome, Android, Phone",
    f"{ANDROID} Chrome/140.0.0.0 Safari/537.36": "Chrome, Android, Tablet",
    f"{ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet, Android, Phone"
    ),
    "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0": (
        "Firefox, Android, Phone"
    ),
    f"Mozilla/5.0 (Linux; Android 9; KFMAWI) {WEBKIT} Silk/120.1 like Chrome/120.0.0.0 "
    "Safari/537.36": "Amazon Silk, Android, Tablet",
    f"Mozilla/5.0 (Linux; Android 9; AFTKA) {WEBKIT} Silk/120.1 like Chrome/120.0.0.0 "
    "Safari/537.36": "Amazon Silk, Android, Television",
    f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {WEBKIT} Chrome/100.0.0.0 Mobile Safari/537.36": (
        "Chrome, Android, Phone"
    ),
    f"Mozilla/5.0 (Linux; Android 9; CUBOT) {WEBKIT} Chrome/100.0.0.0 Mobile Safari/537.36": (
        "Chrome, Android, Phone"
    ),
    "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; id) Presto/2.12.423 Version/12.16": (
        "Opera, Android, Phone"
    ),
    f"{ANDROID} Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36 "
    "[FB_IAB/FB4A;FBAV/520.0.0.0.1;]": "Facebook app, Android, Phone",
    f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1": "Safari, iOS, Phone",
    f"{IPHONE} FxiOS/143.0 Mobile/15E148 Safari/605.1.15": "Firefox, iOS, Phone",
    f"{IPHONE} EdgiOS/140.0.3485.54 Version/18.0 Mobile/15E148 Safari/604.1": "Edge, iOS, Phone",
    f"{IPHONE} GSA/380.0.1 Mobile/15E148 Safari/604.1": "Google app, iOS, Phone",
    f"{IPHONE} Mobile/15E148 Instagram 380.0.0.0.1 (iPhone14,5; iOS 18_5; en_US)": (
        "Instagram app, iOS, Phone"
    ),
    f"Mozilla/5.0 (Linux; Android 9; {BRAVIA}) {WEBKIT} Chrome/120.0.0.0 Safari/537.36": (
        "Chrome, Android, Television"
    ),
    f"{ANDROID} Version/4.0 Chrome/112.0.0.0 YaSearchBrowser/23.52 Mobile Safari/537.36": (
        "Yandex Browser, Android, Phone"
    ),
    f"{ANDROID} Quark/7.4.5.680 Chrome/100.0.4896.58 Mobile Safari/537.36": (
        "Quark, Android, Phone"
    ),
    f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/87.0.4280.88 Safari/537.36 "
    "LG Browser/8.00.00(LGE; OLED55; 03.10.85; 1; DTV)": "LG Browser, Other, Television",
    f"Mozilla/5.0 (Linux armv8l) {WEBKIT} Chrome/87.0.4280.88 Safari/537.36 "
    "HbbTV/1.6.1 (+DRM; LGE; 50QNED; WEBOS22; W22;)": "Chrome, Linux, Television",
    f"Mozilla/5.0 (Linux; Android 14; SM-X210) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36": (
        "Chrome, Android, Tablet"
    ),
    # What a program would say too, and people's telephones, apps and wallets say.
    f"{IPHONE} Mobile/15E148 CamScanner/6.5": "Safari, iOS, Phone",
    f"Mozilla/5.0 (Linux; Android 13; Spider 8) {WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36": (
        "Chrome, Android, Phone"
    ),
    f"{IPHONE} Mobile/15E148 Phantom/ios/26.1": "Safari, iOS, Phone",
    f"Mozilla/5.0 (Linux; Android 13; PHANTOM V Fold) {WEBKIT} Chrome/140.0.0.0 Mobile "
    "Safari/537.36": "Chrome, Android, Phone",
    f"Mozilla/5.0 (Linux; Android 5.0; ViewSonic V50) {WEBKIT} Chrome/90.0.0.0 Mobile "
    "Safari/537.36": "Chrome, Android, Phone",
    f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 PlainsiteAudit/1": (
        "Plainsite audit, Windows, Desktop"
    ),
    f"{IPAD} CriOS/140.0.7339.39 Mobile/15E148 Safari/604.1": "Chrome, iOS, Tablet",
    f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0.4606.128 Safari/537.36": (
        "Chrome, Other, Television"
    ),
    "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) "
    f"{IOS} Version/15.4 Safari/605.1.15": "Safari, Other, Other",
    "Mozilla/5.0 (Something) New/1.0": "Other, Other, Other",
}

MODELS = {
    # Those whose browser says that it is a telephone's, and those that are no tablet though it
    # says nothing of the kind: their makers' names tell.
    ("Lenovo P780_ROW", "Mobile"): "Phone",
    ("Archos 50 Platinum", "Mobile"): "Phone",
    ("Archos 101 Platinum", "Mobile"): "Tablet",
    ("LINX B510 3G LT5037MG", "Mobile"): "Phone",
    ("Coolpad C202", "Mobile"): "Phone",
    ("HUAWEI Build/HONORASK-AL20", ""): "Phone",
    ("SM-F907B", ""): "Phone",
    ("24076RP19G", "Mobile"): "Tablet",
    ("OPD2403", "Mobile"): "Tablet",
    ("9022X", "Mobile"): "Tablet",
    ("8094T_EEA", "Mobile"): "Tablet",
    ("GT-N8020", "Mobile"): "Tablet",
    ("TECNO DP7CPRO", "Mobile"): "Tablet",
    ("Masstel_Tab10_4G", "Mobile"): "Tablet",
    ("Tesla_Tablet_M8", "Mobile"): "Tablet",
    ("SlidePad704CE", "Mobile"): "Tablet",
    ("TDTV43BS06U", ""): "Television",
    ("NORDMENDE_55NM6000U", "Mobile"): "Television",
    ("Openbox A4 Pro", ""): "Television",
}
"""By what stands between the system and the engine, and before "Safari": the device."""


@pytest.mark.parametrize(("model", "mobile"), MODELS)
def test_a_model_tells_the_device_where_the_browser_does_not(model: str, mobile: str) -> None:
    header = f"Mozilla/5.0 (Linux; Android 13; {model}) {WEBKIT} Chrome/140.0.0.0 {mobile} Safari"
    found = agent_of(header)
    assert found is not None
    assert found.device == MODELS[model, mobile]


PROGRAMS = [
    "",
    "-",
    "curl/8.5.0",
    "Wget/1.21",
    "python-requests/2.32.3",
    "Go-http-client/1.1",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    f"Mozilla/5.0 {WEBKIT.removesuffix(')')}; compatible; bingbot/2.0; "
    "+http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
    f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
    "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; YandexBot/3.0)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    "Mozilla/5.0 (compatible; Baiduspider/2.0)",
    f"{ANDROID} Chrome/109.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
    f"{MAC} {IOS} (Applebot/0.1; +http://www.apple.com/go/applebot)",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Name/1.0)",
    "Mozilla/5.0 (compatible; Wappalyzer)",
    f"Mozilla/5.0 {WEBKIT.removesuffix(')')}; compatible; Claude-User/1.0; +bot@example.com)",
    f"Mozilla/5.0 {WEBKIT}; compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Cypress/13.6",
    "Mozilla/5.0",
    "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/534.34 PhantomJS/1.9.8 Safari/534.34",
]


@pytest.mark.parametrize(("header", "expected"), PEOPLE.items())
def test_browsers_of_people_are_told_apart(header: str, expected: str) -> None:
    """Browser, system and device, as the report names them."""
    assert agent_of(header) == Agent(*expected.split(", "))


@pytest.mark.parametrize("header", PROGRAMS)
def test_programs_are_not_people(header: str) -> None:
    """Crawlers, monitors and command-line tools are not counted."""
    assert agent_of(header) is None


@pytest.mark.parametrize(
    ("brands", "platform", "header", "expected"),
    [
        ('"Brave";v="140", "Chromium";v="140"', "", WINDOWS, "Brave, Windows, Desktop"),
        ('"Chromium";v="140", "YaBrowser";v="25"', "", ANDROID, "Yandex Browser, Android, Phone"),
        ('"Not.A/Brand";v="99", "Chromium";v="140"', "", WINDOWS, "Chrome, Windows, Desktop"),
        ("", "Android", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/1", "Chrome, Android, Phone"),
        ('"Brave', '"', WINDOWS, "Chrome, Windows, Desktop"),
        ("a" * 100_000, '"' * 100_000, WINDOWS, "Chrome, Windows, Desktop"),
    ],
)
def test_what_browsers_say_of_themselves_besides(
    brands: str, platform: str, header: str, expected: str
) -> None:
    """Client hints name browsers that send Chromium's header, and the system of a desktop's."""
    said = {"Sec-CH-UA": brands, "Sec-CH-UA-Mobile": "?1", "Sec-CH-UA-Platform": f'"{platform}"'}
    agent = agent_of(f"{header} Chrome/140.0.0.0 Safari/537.36", Hints.of(said))
    assert agent == Agent(*expected.split(", "))


def test_a_browser_without_a_window_says_so_in_its_hints() -> None:
    """Whatever its header was made to say."""
    hints = Hints.of({"Sec-CH-UA": '"HeadlessChrome";v="140", "Chromium";v="140"'})
    assert agent_of(f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36", hints) is None


@pytest.mark.parametrize("piece", ["(", "Android ", "; ", "bot ", "TV", "\x00", "Chrome/1 ", "é"])
def test_a_huge_header_costs_no_more_than_a_long_one(piece: str) -> None:
    """A hundred kilobytes are answered as fast as the thousand characters that are read of it."""
    header = "Mozilla/5.0 (Linux; Android 9; " + piece * (100_000 // len(piece))
    agent_of(header)
    began = time.thread_time()
    agent_of(header)
    assert time.thread_time() - began < 0.05


@settings(deadline=None)  # the first header waits for the parser to be made
@given(st.one_of(st.text(), st.text().map("Mozilla/5.0 ({}".format)))
def test_any_header_gives_a_listed_name(header: str) -> None:
    """Nothing that a header says can become a new name in the counters."""
    agent = agent_of(header)
    assert agent is None or (
        agent.browser in BROWSERS and agent.system in SYSTEMS and agent.device in DEVICES
    )


def test_no_header_is_kept() -> None:
    """After the answer, nothing holds the header any more: no cache, no log."""
    header = " ".join([WINDOWS, "Chrome/140.0.0.0", "Safari/537.36"])
    before = sys.getrefcount(header)
    agent_of(header)
    assert sys.getrefcount(header) == before
