"""What the page of choices says is what is so: in every state of choice, cookies, service, storage
and signal.

Each row is a browser as it may come. It opens the page, accepts, rejects, and opens another page;
at each step the words, the buttons and the list are held to what the browser and the service have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.fixtures.browsers import PATIENCE, follow
from tests.fixtures.first_site import Served

from .test_consent import ACCEPT, REJECT, accept

MARCH = "2026-03-15"
"""The browser's day."""

UNASKED, YES, NO = "You have not answered yet.", "You accepted cookies.", "Cookies are rejected."
SIGNAL, NOTHING = "Your browser’s signal rejects cookies.", "Nothing about your visit is counted."
KEPT = {
    "nothing": (None, UNASKED),
    "yes": ("yes 1 2026-03 settled", YES),
    "no": ("no 1 2026-03 settled", NO),
    "a no that is due": ("no 1 2026-03 due", NO),
    "a no that was sent": ("no 1 2026-03 sent", NO),
    "a yes after a no that is due": ("yes 1 2026-01 due", YES),
    "no sense": ("maybe", UNASKED),
    "a form of old": ("yes 1 2026-03", UNASKED),
    "a yes to a newer register": ("yes 2 2026-03 settled", UNASKED),
    "a no to a newer register": ("no 2 2026-03 settled", UNASKED),
    "a yes to an older register": ("yes 0 2026-03 settled", UNASKED),
    "a no to an older register that is due": ("no 0 2026-03 due", UNASKED),
    "a yes of six months ago": ("yes 1 2025-09 settled", UNASKED),
    "a no of next month": ("no 1 2026-04 settled", UNASKED),
}
FEW = ("nothing", "yes", "no", "a no that is due", "a yes to a newer register", "no sense")
SCRIPTS = {
    "full": """Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError"); }""",
    "blocked": """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); } })""",
    "signal": """Object.defineProperty(navigator, "globalPrivacyControl", { get: () => true })""",
}
"""What makes a browser so, before any script of ours runs."""

CONSENT = """async () => {
  const post = (what, body) => fetch(`/visit/${what}`, { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" } });
  await post("view", { page: "", from: "", utm: {}, version: 1, given: false });
  await fetch("/form/newsletter", { method: "POST", redirect: "manual", body: new URLSearchParams(
    { email: "ada@example.org", role: "teacher", permission: "yes", recognize: "yes" }) });
}"""


@dataclass(frozen=True)
class Case:
    """A browser as it comes."""

    kept: str
    cookies: bool
    up: bool
    storage: str = ""
    signal: bool = False

    def __str__(self) -> str:
        cookies, up = "cookies" if self.cookies else "none", "up" if self.up else "down"
        return ", ".join(
            filter(None, (self.kept, cookies, up, self.storage, "signal" * self.signal))
        )

    @property
    def words(self) -> str:
        """What is so when it opens the page."""
        if self.signal:
            return SIGNAL
        return NOTHING if self.storage == "blocked" else KEPT[self.kept][1]

    @property
    def asks(self) -> bool:
        """Whether something is due that must be asked of the service."""
        value = KEPT[self.kept][0] or ""
        return value.endswith(("due", "sent")) or (self.signal and value.startswith("yes"))


CASES = [
    *(Case(kept, True, up) for kept, up in product(KEPT, (True, False))),
    *(Case(kept, False, up) for kept, up in product(FEW[:3], (True, False))),
    *(Case(kept, True, up, "full") for kept, up in product(FEW, (True, False))),
    *(Case("nothing", cookies, up, "blocked") for cookies, up in product((True, False), repeat=2)),
    *(Case(kept, True, up, signal=True) for kept, up in product(FEW, (True, False))),
    *(Case("yes", True, up, "full", signal=True) for up in (True, False)),
]


@dataclass
class Visitor:
    """A browser on the page of choices, and what is known of it from outside."""

    context: BrowserContext
    page: Page
    served: Served
    case: Case
    up: bool
    asked: set[Request] = field(default_factory=set)
    """What is asked of the service and not yet answered."""

    def __post_init__(self) -> None:
        self.context.on("request", self._ask)
        self.context.on("requestfinished", self._answer)
        self.context.on("requestfailed", self._answer)

    def _ask(self, request: Request) -> None:
        self.asked.add(request)

    def _answer(self, request: Request) -> None:
        self.asked.discard(request)

    def cookies(self) -> set[str]:
        return {str(cookie["name"]) for cookie in self.context.cookies()}

    def views(self) -> int:
        return self.served.counters("all").get("", (0, 0, 0, 0))[1]

    def kept(self) -> str | None:
        if self.case.storage == "blocked":
            return None
        return self.page.evaluate("localStorage.getItem('choice')")  # type: ignore[no-any-return]  # text or None

    def open(self, address: str = "/cookies/") -> int:
        """How many views that added, once all is quiet."""
        before = self.views()
        self.page.goto(address)
        self._wait_until_quiet()
        return self.views() - before

    def press(self, name: str) -> int:
        """How many views that added, once all is quiet."""
        before = self.views()
        self.page.get_by_role("main").get_by_role("button", name=name).click()
        self._wait_until_quiet()
        return self.views() - before

    def _wait_until_quiet(self) -> None:
        """Nothing is asked, three times in a row: one answer may lead to the next question."""
        quiet = 0
        while quiet < 3:
            self.page.wait_for_timeout(25)
            quiet = 0 if self.asked else quiet + 1

    def is_as_it_says(self, words: str, *, counted: int, due: bool, buttons: set[str]) -> None:
        """The words, the buttons and the lists."""
        state = self.page.locator("main .choices-state")
        expect(state).to_contain_text(words, use_inner_text=True)
        said = state.inner_text()
        assert ("has been counted" in said) == (counted == 1), said
        assert ("nothing about your visit is counted" in said.lower()) == (words != YES), said
        assert counted == (words == YES and self.up and not due)
        assert ("not confirmed" in said) == due, said
        shown = self.page.get_by_role("main").get_by_role("button", name="all cookies").all()
        assert {button.inner_text() for button in shown} == buttons
        expect(self.page.locator(".notice-question")).to_be_visible(visible=words == UNASKED)
        self.lists_what_is_there()

    def lists_what_is_there(self) -> None:
        own = self.page.locator("[data-own-cookies]")
        listed = own.inner_text()
        kept = self.kept()
        assert (kept in listed) if kept else ("None is kept." in listed)
        if "keeps none" in listed:
            assert self.cookies() == set()
        elif "__" in listed:
            assert {word for word in listed.split() if word.startswith("__")} == self.cookies()
        else:
            expect(
                own.locator("[data-found=unasked], [data-found=unknown]").locator("visible=true")
            )
        role = self.page.locator("section[aria-labelledby=choices--role]").inner_text()
        if self.up and "is recognized" in role:
            assert "__Host-audience" in self.cookies()


@pytest.fixture
def visitors(browser: Browser, served: Served) -> Iterator[object]:
    """Makes browsers as cases say."""
    made: list[BrowserContext] = []

    def come(case: Case) -> Visitor:
        header = {"Sec-GPC": "1"} if case.signal else {}
        context = browser.new_context(base_url=served.address)
        made.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.clock.install(time=MARCH)
        page.goto("/robots.txt")
        if case.cookies:
            page.evaluate(CONSENT)
        value = KEPT[case.kept][0]
        if value:
            page.evaluate("value => localStorage.setItem('choice', value)", value)
        context.set_extra_http_headers(header)
        for name in (case.storage, "signal" * case.signal):
            if name:
                context.add_init_script(SCRIPTS[name])
        if not case.up:
            context.route("**/visit/**", lambda route: route.abort())
        return Visitor(context, page, served, case, case.up)

    yield come
    for context in made:
        context.close()


@pytest.mark.promise("P4")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_words_and_the_buttons_are_what_is_so(visitors, case: Case) -> None:
    """When it comes, after a yes, after a no, and on the next page."""
    visitor = visitors(case)
    before = visitor.cookies()
    assert len(before) == 2 * case.cookies
    counted = visitor.open()
    due = case.asks and not case.up
    may = {REJECT} if case.signal or case.storage == "blocked" else {ACCEPT, REJECT}
    visitor.is_as_it_says(case.words, counted=counted, due=due, buttons=may)
    if not case.asks and case.words != YES:
        assert visitor.cookies() == before

    full = case.storage == "full" and not case.signal
    if ACCEPT in may and case.words != YES:
        counted = visitor.press(ACCEPT)
        words = NOTHING if full else YES
        visitor.is_as_it_says(words, counted=counted, due=due, buttons=may)

    counted = visitor.press(REJECT)
    words = case.words if may == {REJECT} else NOTHING if full else NO
    visitor.is_as_it_says(words, counted=counted, due=not case.up, buttons=may)
    if case.up:
        assert visitor.cookies() == set()

    assert visitor.open("/about/") == 0
    remembered = words == NO or may == {REJECT}
    expect(visitor.page.locator(".notice-question")).to_be_visible(visible=not remembered)
    visitor.context.unroute_all()
    visitor.up = True
    visitor.open()
    if remembered and case.storage == "":
        assert visitor.cookies() == set(), "a no that was due has arrived"


@contextmanager
def slow(visitor: Visitor) -> Iterator[None]:
    """The service answers only afterwards: no route is handled until there is none."""
    visitor.context.route("**/visit/*", lambda route: None)
    yield
    visitor.context.unroute("**/visit/*")


@pytest.mark.promise("P4")
def test_while_the_service_is_slow_the_page_does_not_know(visitors) -> None:
    """A yes and a no are said at once; what the service makes of them only when it has answered."""
    visitor = visitors(Case("nothing", cookies=False, up=True))
    state = visitor.page.locator("main .choices-state")
    main = visitor.page.get_by_role("main")
    visitor.open()

    with slow(visitor):
        main.get_by_role("button", name=ACCEPT).click()
        expect(state).to_contain_text(
            "has not answered yet whether it counted this page", use_inner_text=True
        )
    expect(state).to_contain_text("This page has been counted", use_inner_text=True)

    with slow(visitor):
        main.get_by_role("button", name=REJECT).click()
        expect(state).to_contain_text("Our service has not confirmed yet", use_inner_text=True)
        visitor.lists_what_is_there()
    expect(state).not_to_contain_text("Our service has not confirmed yet", use_inner_text=True)
    assert visitor.cookies() == set()
    visitor.lists_what_is_there()


@pytest.mark.promise("P4")
@pytest.mark.parametrize("up", [True, False], ids=["up", "down"])
def test_two_tabs_say_the_same(visitors, up: bool) -> None:
    """What is answered in one tab is so in the other, with what is still due."""
    visitor = visitors(Case("yes", cookies=True, up=True))
    visitor.open()
    other = visitor.context.new_page()
    other.clock.install(time=MARCH)
    other.goto("/cookies/")
    expect(other.locator("main .choices-state")).to_contain_text(
        "has been counted", use_inner_text=True
    )
    if not up:
        visitor.context.route("**/visit/**", lambda route: route.abort())
    for name, words in ((REJECT, NO), (ACCEPT, YES)):
        visitor.press(name)
        for page in (visitor.page, other):
            expect(page.locator("main .choices-state")).to_contain_text(words, use_inner_text=True)
            expect(page.get_by_text("has not confirmed yet").last).to_be_visible(visible=not up)
            own = page.locator("[data-own-cookies]")
            if up and name == REJECT:
                expect(own).to_contain_text("Your browser keeps none.", use_inner_text=True)
                expect(page.get_by_text("This browser is not recognized")).to_be_visible()


@pytest.mark.promise("P4")
def test_an_older_page_leaves_a_newer_answer_alone(visitors) -> None:
    """A page that stood open says that it is old; one that is opened asks."""
    visitor = visitors(Case("yes", cookies=True, up=True))
    visitor.open()
    newer = "yes 2 2026-03 settled"
    other = visitor.context.new_page()
    other.goto("/robots.txt")
    other.evaluate("newer => localStorage.setItem('choice', newer)", newer)
    state = visitor.page.locator("main .choices-state")
    expect(state).to_contain_text(
        "The question has changed since it was opened.", use_inner_text=True
    )
    expect(visitor.page.locator(".notice-question")).to_be_hidden()
    assert visitor.kept() == newer
    visitor.open("/about/")
    expect(visitor.page.locator(".notice-question")).to_be_visible()
    assert visitor.kept() is None


@pytest.mark.promise("P5")
def test_a_box_after_a_no_that_is_due_is_a_new_yes(visitors) -> None:
    """The no arrives first, so that it does not take back what was asked for since."""
    visitor = visitors(Case("yes", cookies=True, up=False))
    visitor.open()
    visitor.press(REJECT)
    visitor.open("/newsletter/")
    visitor.context.unroute_all()
    page = visitor.page
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Your role").select_option("principal")
    page.locator("[name=permission]").check()
    page.locator("[name=recognize]").check()
    follow(page.get_by_role("button", name="Sign up"))
    page.wait_for_url("**/thank-you/newsletter/")
    visitor.up = True
    visitor.open()
    assert visitor.cookies() == {"__Host-audience"}
    assert visitor.kept() == "no 1 2026-03 settled"
    expect(page.get_by_text("School leaders and office staff").first).to_be_visible()


@pytest.mark.promise("P4")
@pytest.mark.promise("P5")
def test_without_scripts_a_form_rejects_all_and_lists_what_is_left(
    browser: Browser, served: Served
) -> None:
    """Both cookies and the answer are gone: with scripts on again, the question is asked."""
    context = browser.new_context(base_url=served.address)
    page = context.new_page()
    page.goto("/")
    accept(page)
    page.evaluate(CONSENT)
    assert len(context.cookies()) == 2
    state = context.storage_state()
    context.close()

    context = browser.new_context(
        base_url=served.address, java_script_enabled=False, storage_state=state
    )
    page = context.new_page()
    page.goto("/cookies/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Counting needs a script, and none ran here.", use_inner_text=True)
    follow(main.get_by_role("button", name="Show my cookies"))
    expect(main).to_contain_text("__Secure-visit", use_inner_text=True)
    expect(main).to_contain_text("The group: Teachers", use_inner_text=True)
    with page.expect_response("**/visit/withdraw") as rejected:
        follow(main.get_by_role("button", name=REJECT))
    assert rejected.value.header_value("Clear-Site-Data") == '"storage"'
    expect(main).to_contain_text("Your browser keeps none.", use_inner_text=True)
    expect(main).to_contain_text("This browser is not recognized.", use_inner_text=True)
    assert context.storage_state() == {"cookies": [], "origins": []}
    context.close()
