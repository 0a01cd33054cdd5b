"""Seeded violations, each of which makes the privacy page untrue. The audit must name every one."""

from __future__ import annotations

import re

from werkzeug.wrappers import Request, Response

from audit.journeys.routes import OF_A_COUNTRY
from policy.durations import Duration
from policy.register import Cookie, Part, Storage
from policy.register_entries import Endpoint

from .planting import (
    LOG,
    Violation,
    answers,
    cookie,
    header,
    html,
    letter,
    log_the_address,
    log_the_agent,
    log_the_body,
    never_deletes,
    script,
    seen,
    sql,
    with_cookie,
    with_more,
    without,
)

HOME, FORM, PRIVACY, CHOICES = "/", "/request-information/", "/privacy/", "/cookies/"
COOKIES, STORED = "/privacy/cookies/", "/privacy/stored/"

GHOST = Cookie(
    name="ghost", cookie="__Host-ghost", purpose="usage", holds="Nothing", set_when="Never",
    set_by=("/visit/view",), lifetime=Duration(1, "days"), path="/", same_site="Lax", signed=True,
    parts=(Part(name="version", kind="version", holds="The version"),),
)  # fmt: skip
GHOST_KEY = Storage(
    name="ghost", key="ghost", where="localStorage", purpose="choice", holds="Nothing",
    set_when="Never", months=1, parts=(),
)  # fmt: skip
GHOST_ADDRESS = Endpoint(method="POST", path="/visit/ghost", purposes=("usage",), carries="Nothing")

_numbers = iter(range(1, 10**6))


def _next() -> str:
    return f"seen={next(_numbers) % 288}"


POST = 'fetch("/visit/view", {method: "POST", keepalive: true, body: "{}"}).catch(() => {});'

NUMBERED = """{
  const { getItem, setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) { setItem.call(this, key, `${value} 4711`); };
  Storage.prototype.getItem = function (key) { return getItem.call(this, key)?.replace(/ 4711$/, "") ?? null; };
}"""
"""The site's own scripts never see the number, so that none of them takes it away again."""

HOUR = "CAST(strftime('%s', 'now') AS INTEGER) / 3600"
"""This one: what is older than the register keeps it is deleted before anybody looks."""


def hide_the_country(request: Request, response: Response) -> None:
    """Whoever comes from a country that is known was here five minutes later."""
    if request.remote_addr == OF_A_COUNTRY:
        lines = response.headers.getlist("Set-Cookie")
        later = [
            re.sub(r"seen=(\d+)", lambda found: f"seen={int(found[1]) + 1}", line) for line in lines
        ]
        response.headers.setlist("Set-Cookie", later)


VIOLATIONS = (
    # What browsers keep
    Violation("an undeclared cookie", "undeclared cookie", wrap=header("Set-Cookie", "id=4711; Path=/")),
    Violation("an undeclared cookie, set late by a script", "undeclared cookie",
        wrap=script('setTimeout(() => { document.cookie = "late=1"; }, 300);')),
    Violation("an undeclared cookie that is deleted at once", "undeclared storage",
        wrap=script('document.cookie = "x=1"; document.cookie = "x=; max-age=0";')),
    Violation("the visit cookie on the whole site", "cookie otherwise", ("accept",),
        wrap=cookie("Path=/visit", "Path=/")),
    Violation("the visit cookie within reach of scripts", "cookie otherwise", ("accept",),
        wrap=cookie("HttpOnly; ", "")),
    Violation("the visit cookie sent along from other sites", "cookie otherwise", ("accept",),
        wrap=cookie("SameSite=Strict", "SameSite=Lax")),
    Violation("the visit cookie kept for a year", "cookie otherwise", ("accept",),
        wrap=cookie("Secure;", "Max-Age=31536000; Secure;")),
    Violation("a visit cookie that browsers refuse", "undeclared Set-Cookie", ("accept",),
        wrap=cookie("Secure; ", "")),
    Violation("a random number in the visit cookie", "cookie otherwise", ("accept",),
        wrap=cookie("&source=", "&id=4711&source=")),
    Violation("a random number in place of a time in the visit cookie", "identifier",
        ("paired run", "other paired run"), wrap=cookie(r"seen=\d+", _next)),
    Violation("a timed signature", "cookie otherwise", ("accept",),
        wrap=cookie(r"(__Secure-visit=[^;]+)\.", r"\1.aSQHxA.")),
    Violation("a visit cookie before the choice", "cookie without consent",
        wrap=header("Set-Cookie", "__Secure-visit=x; Secure; HttpOnly; Path=/visit; SameSite=Strict")),
    Violation("a visit cookie after a refusal", "cookie without consent", ("reject",), (HOME, "/about/"),
        wrap=header("Set-Cookie", "__Secure-visit=x; Secure; HttpOnly; Path=/visit; SameSite=Strict", "/about/")),
    Violation("an audience cookie that lives a day longer", "cookie otherwise", ("pages for a role",),
        wrap=cookie("Max-Age=15552000", "Max-Age=15638400")),
    Violation("an audience cookie that ends with the browser", "cookie otherwise", ("pages for a role",),
        wrap=cookie("Max-Age=15552000; ", "")),
    Violation("an audience cookie without its box", "cookie without consent", ("forms",),
        wrap=header("Set-Cookie", "__Host-audience=x; Max-Age=15552000; Secure; HttpOnly; Path=/; SameSite=Lax", "/form/")),
    Violation("an audience cookie that stays when it is withdrawn", "cookie without consent",
        ("pages for a role",), wrap=cookie("Max-Age=0", "Max-Age=15552000")),
    Violation("a storage key by another name", "undeclared storage", ("reject",),
        wrap=script('addEventListener("click", () => localStorage.setItem("choices", "no"));')),
    Violation("a key in the session's storage", "undeclared storage",
        wrap=script('sessionStorage.setItem("page", "1");')),
    Violation("a choice that nobody made", "storage without consent",
        wrap=script('localStorage.setItem("choice", "no 1 2026-11");')),
    Violation("a number after the choice", "storage otherwise", ("reject",),
        wrap=script(NUMBERED, first=True)),
    Violation("a database in the browser", "undeclared storage", wrap=script('indexedDB.open("kept");')),
    Violation("a cache in the browser", "undeclared storage", wrap=script('caches.open("kept");')),
    Violation("a service worker", "undeclared storage",
        wrap=script('navigator.serviceWorker.register("/sw.js").catch(() => {});')),
    Violation("a name of the window that is kept", "undeclared storage",
        wrap=script('window.name = "4711";')),
    # What pages send and do
    Violation("a picture from another site", "forbidden by policy",
        wrap=script('new Image().src = "https://elsewhere.example/pixel.gif";')),
    Violation("a picture from another site, and a policy that lets it", "request elsewhere",
        wrap=lambda app: header("Content-Security-Policy", "img-src *; script-src 'self'")(
            script('new Image().src = "https://elsewhere.example/pixel.gif";')(app))),
    Violation("a count before the choice", "request without consent", wrap=script(POST)),
    Violation("a count after the choice is withdrawn", "request without consent", ("withdraw",),
        (HOME, "/about/"), wrap=script('addEventListener("pagehide", () => { ' + POST + " });")),
    Violation("a count under a signal", "request without consent", ("Sec-GPC",), wrap=script(POST)),
    Violation("a beacon to an address of its own", "undeclared connection",
        wrap=script('navigator.sendBeacon("/collect", "1");')),
    Violation("a message to an address that is not declared", "undeclared request",
        wrap=script('fetch("/collect", {method: "POST", body: "1"}).catch(() => {});')),
    Violation("a number in an address", "data in an address",
        wrap=script('fetch("/robots.txt?visitor=4711");')),
    Violation("a connection to another site, before anything is asked of it", "undeclared connection",
        wrap=html("</head>", '<link rel="preconnect" href="https://elsewhere.example/"></head>')),
    Violation("a socket", "undeclared connection",
        wrap=script('try { new WebSocket("wss://elsewhere.example/"); } catch {}')),
    Violation("a worker", "undeclared connection",
        wrap=script('try { new Worker("/assets/visit.js"); } catch {}')),
    Violation("the reading of a canvas", "fingerprinting",
        wrap=script('document.createElement("canvas").toDataURL();')),
    Violation("the reading of the graphics card", "fingerprinting",
        wrap=script('document.createElement("canvas").getContext("webgl")?.getParameter(7937); navigator.hardwareConcurrency;')),
    Violation("the reading of sound", "fingerprinting",
        wrap=script("new OfflineAudioContext(1, 8, 44100);")),
    Violation("the reading of fonts", "fingerprinting",
        wrap=script('document.fonts.check("12px Wingdings");')),
    Violation("the reading of sensors", "fingerprinting",
        wrap=script('addEventListener("devicemotion", () => {});')),
    # What pages show
    Violation("a box ticked beforehand", "box ticked beforehand", pages=(FORM,),
        wrap=html('name="recognize"', 'name="recognize" checked', FORM)),
    Violation("a field that is not declared", "undeclared field", pages=(FORM,),
        wrap=html("</form>", '<label>Birthday <input name="birthday"></label></form>', FORM)),
    Violation("to reject is a step further away", "unequal buttons",
        wrap=html(r'<button type="button" data-choose="no">[^<]+</button>', "")),
    Violation("to reject is a link", "unequal buttons",
        wrap=html(r'<button type="button" data-choose="no">([^<]+)</button>', r'<a href="#" data-choose="no">\1</a>')),
    Violation("a question that comes again", "question", ("reject",), (HOME, "/about/"),
        wrap=script('if (location.pathname === "/about/") setInterval(() => { document.documentElement.dataset.choice = "unasked"; }, 20);')),
    Violation("no question, and a yes", "question", wrap=script('setInterval(() => { document.documentElement.dataset.choice = "yes"; }, 20);')),
    Violation("no way to withdraw", "no way to withdraw", ("reject",),
        wrap=html('href="/cookies/"', 'href="/privacy/"')),
    Violation("a notice without its button to reject", "journey cut short", ("reject",),
        wrap=html(r'<button type="button" data-choose="no">[^<]+</button>', "")),
    Violation("a cookie that the page of cookies leaves out", "privacy page", pages=(COOKIES,),
        wrap=html("__Host-audience", "a cookie", COOKIES)),
    Violation("a field that the page of what is stored leaves out", "privacy page", pages=(STORED,),
        wrap=html("Phone", "A number", STORED)),
    Violation("a purpose that the privacy page leaves out", "privacy page", pages=(PRIVACY,),
        wrap=html("To answer the request that you sent us", "To write", PRIVACY)),
    Violation("a telephone number that the privacy page leaves out", "privacy page", pages=(PRIVACY,),
        wrap=html("888-527-5225", "", PRIVACY)),
    Violation("a weaker security policy", "security header",
        wrap=header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'")),
    Violation("a header by which browsers report elsewhere", "undeclared header",
        wrap=header("Reporting-Endpoints", 'all="https://elsewhere.example/"')),
    Violation("a header that asks browsers for more about themselves", "undeclared header",
        wrap=header("Accept-CH", "Sec-CH-UA-Model")),
    # What the server keeps
    Violation("a column more", "undeclared column",
        tamper=sql("counters", "ALTER TABLE counters ADD COLUMN visitor TEXT")),
    Violation("a table more", "undeclared table", tamper=sql("records", "CREATE TABLE seen (ip TEXT)")),
    Violation("an address in the log", "trace of a visitor", ("forms",), wrap=seen(log_the_body)),
    Violation("a browser description in the log", "trace of a visitor", ("browser description",),
        wrap=seen(log_the_agent)),
    Violation("a network address in the log", "trace of a visitor", wrap=seen(log_the_address)),
    Violation("a line in the log that is not declared", "undeclared log line",
        wrap=seen(lambda request: LOG.warning("somebody came by"))),
    Violation("a network address in the counters", "trace of a visitor",
        tamper=sql("counters", f"INSERT INTO names VALUES ('page', '127.0.0.1', 1, {HOUR} + 744)")),
    Violation("a count that nobody agreed to", "stored without consent",
        tamper=sql("counters", f"INSERT INTO totals VALUES ({HOUR}, 1, 1, 0, 0, 0)")),
    Violation("a yes that nobody said", "stored without consent",
        tamper=sql("counters", "INSERT INTO consents VALUES ('2026-03-02', 1, 1, 0)")),
    Violation("rows that stay when their time is over", "kept too long", ("retention",),
        wrap=never_deletes("submissions")),
    Violation("addresses that stay when all that they sent is gone", "kept too long", ("retention",),
        wrap=never_deletes("contacts")),
    Violation("totals that stay when their time is over", "kept too long",
        tamper=sql("counters", "INSERT INTO totals VALUES (1, 1, 1, 0, 0, 0)",
                   "CREATE TRIGGER stay BEFORE DELETE ON totals BEGIN SELECT RAISE(IGNORE); END")),
    # What is sent by mail
    Violation("a letter that nobody asked for", "letter without a legal basis", ("forms",), wrap=letter("")),
    Violation("a newsletter to who did not tick its box", "letter without a legal basis", ("forms",),
        wrap=letter("", "permission")),
    Violation("a letter about a request that nobody made", "letter without a legal basis", ("forms",),
        wrap=letter("", "request")),
    Violation("a copy of each form to somebody else", "letter to somebody else", ("forms",),
        wrap=letter("copies@elsewhere.example", "submission")),
    # What the register says
    Violation("a declared cookie that never appears", "declared, never seen", complete=True,
        register=with_more(cookies=GHOST)),
    Violation("a declared storage key that never appears", "declared, never seen", complete=True,
        register=with_more(storages=GHOST_KEY)),
    Violation("a declared address that nothing asks", "declared, never seen", complete=True,
        register=with_more(endpoints=GHOST_ADDRESS)),
    Violation("an address that the register leaves out", "undeclared request", ("accept",),
        register=without("endpoints", "/visit/view")),
    Violation("a table that the register leaves out", "undeclared table",
        register=without("tables", "access_log")),
    Violation("another path in the register", "cookie otherwise", ("accept",),
        register=with_cookie(name="visit", path="/")),
    Violation("a shorter lifetime in the register", "cookie otherwise", ("pages for a role",),
        register=with_cookie(name="audience", lifetime=Duration(90, "days"))),
)  # fmt: skip

OF_COUNTRIES = (
    Violation("an address beside its country", "trace of a visitor", ("another visitor",),
        tamper=sql("counters", f"INSERT INTO names VALUES ('country', 'NL {OF_A_COUNTRY}', 1, {HOUR} + 744)")),
    Violation("a country in the visit cookie", "cookie otherwise", ("accept",),
        wrap=cookie("&source=", "&country=NL&source=")),
    Violation("a country that hides in a part of the visit cookie", "identifier", ("paired run", "another visitor"),
        wrap=answers(hide_the_country)),
    Violation("an address in the log, with its country", "trace of a visitor", ("another visitor",),
        wrap=seen(lambda request: LOG.warning("NL: %s", request.remote_addr))),
)  # fmt: skip
"""Where a site has countries on."""


def table(violations: tuple[Violation, ...] = VIOLATIONS) -> str:
    """The violations as a Markdown table, for the docs."""
    rows = [
        f"| {violation.name[:1].upper()}{violation.name[1:]} | {violation.rule} |"
        for violation in violations
    ]
    return "\n".join(["| Seeded | Named by the rule |", "|---|---|", *rows]) + "\n"


if __name__ == "__main__":
    print(table(), end="")
