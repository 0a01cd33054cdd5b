"""Journeys of visitors who agreed and do more than read, and to what becomes of their totals."""

from __future__ import annotations

import asyncio

from audit.journeys.consent import accept
from audit.journeys.journey_run import JourneyRun
from audit.journeys.sending import send
from audit.observations import Act
from policy.fields import CHOICES

__all__ = ["days_that_end", "doing"]

DAY_SECONDS = 86_400

FOLLOW = """(what) => {
  const away = ({ protocol, host }) => /^https?:$/.test(protocol) && host !== location.host;
  const file = ({ host, pathname }) => host === location.host && pathname.includes(".");
  const found = what === "event" ? document.querySelector("[data-event]")
    : [...document.links].find(what === "outbound" ? away : file);
  if (!found) return false;
  addEventListener("click", (event) => event.preventDefault(), { once: true });
  found.click();
  return true;
}"""
"""Clicks what a page has of a kind, if anything, and stays: an audit asks no other site for
anything, and keeps no file."""

PRESS = """() => {
  const links = [...document.links].slice(0, 200).map((link) => [link, link.href]);
  for (const [link] of links) {
    for (const type of ["pointerover", "mouseover", "pointerdown", "mousedown", "touchstart"])
      link.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, view: window }));
  }
  return links.some(([link, before]) => link.href !== before);
}"""
"""Whether a link leads elsewhere once it was pressed."""

COPY = """() => {
  const data = new DataTransfer();
  getSelection().selectAllChildren(document.querySelector("main") ?? document.body);
  const how = { clipboardData: data, bubbles: true, cancelable: true };
  const own = document.activeElement.dispatchEvent(new ClipboardEvent("copy", how));
  getSelection().removeAllRanges();
  return !own || data.types.length > 0;
}"""
"""Whether a page copies something else than what is marked."""

TELL_NOTHING = "() => fetch('/visit/action', { method: 'POST' }).then(({ status }) => status)"


async def doing(run: JourneyRun) -> None:
    """Read pages to their end, copy from them, press their links, print one, follow a link to
    another site, open a file, use what is counted by
    name; begin a form and leave it, then send each."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    left = {"outbound", "download", "event"}
    for page in run.pages:
        await run.go(page)
        await run.tab.scroll()
        for source, what in ((PRESS, "link changed"), (COPY, "copied otherwise")):
            if await run.tab.evaluate(source):
                run.visitor.recorder.acts.append(Act(what))
        if page == run.pages[0]:
            await run.tab.print()
            await run.keep("print it")
        for what in sorted(left):
            if await run.tab.evaluate(FOLLOW, what):
                await run.tab.settle()
                await run.keep(f"do what is counted as {what}")
                left.discard(what)
    for name in run.forms:
        await _begin(run, name)
        await run.go("/")
        await send(run, name)
    if len(left) == 3 and not run.forms:
        # Nothing of this site is counted so, and the address is there all the same.
        await run.tab.evaluate(TELL_NOTHING)
        await run.keep("tell of nothing")


async def _begin(run: JourneyRun, name: str) -> None:
    form = run.forms[name]
    await run.go(form.page)
    typed = (field for field in form.fields if field.kind not in CHOICES and not field.audiences)
    await run.tab.fill(next(typed).label, "Never sent")
    await run.keep(f"begin {name}")


async def days_that_end(run: JourneyRun) -> None:
    """Come often enough for one day to be told apart, once to another page, and let that day be
    over: what was frequent on it is kept, and of what was rare, how often."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    for _ in range(max(table.least or 0 for table in run.register.tables)):
        await run.visitor.forget_cookies()
        await run.tab.goto(f"{run.instance.origin}/")
        await run.tab.settle()
    await run.go(run.pages[-1])
    run.instance.clock.ahead += 3 * DAY_SECONDS
    await asyncio.to_thread(run.instance.purge)
    await run.keep("let days end")
