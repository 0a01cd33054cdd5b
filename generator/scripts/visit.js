// Counts this page's view and its engaged time (visible, focused, and used in the last five minutes),
// while the choice is yes; and what is done on it. What is told besides goes with the time.
"use strict";

{
  const root = document.documentElement;
  const { page = "", register, sent } = root.dataset;
  const minute = 60_000; // milliseconds

  let from = "*"; // a page of ours, not known which; else its path, or the host of another site
  let view = {};
  let left = false;
  let since = null;
  let active = 0; // when the page was last used
  let beat = 0; // when the visit was last kept alive
  let engaged = 0; // milliseconds not yet sent
  let before = 0; // milliseconds sent
  let deep = 0; // how much of the page was in view
  let told = 0; // of that, sent
  // Of a screen that is touched as it is upright: whoever turns it stays in its class.
  const { width: across, height } = screen;
  const width = matchMedia("(pointer:coarse)").matches ? Math.min(across, height) : across;
  const times = {}; // LCP and INP in milliseconds, CLS (web.dev/articles/vitals)
  let speed = times; // or nothing, once it was sent

  if (!["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type)) {
    const { origin, pathname, hostname } = document.referrer ? new URL(document.referrer) : { hostname: "" };
    from = origin === location.origin ? pathname : hostname;
  }

  const utm = {};
  for (const [key, value] of new URLSearchParams(location.search)) {
    const name = /^utm_(source|medium|campaign|term|content)$/.exec(key)?.[1];
    if (name) utm[name] = value.slice(0, 100);
  }

  /** Why the service did not count it; "" when it did. */
  async function post(what, body) {
    try {
      const answer = await fetch(`/visit/${what}`, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ page, width, ...body }),
      });
      if ([429, 503].includes(answer.status)) return "later";
      return answer.ok ? "" : (answer.headers.get("Plainsite-Refused") ?? "unknown");
    } catch {
      return navigator.onLine ? "unreachable" : "offline"; // what was unreachable may have been counted
    }
  }

  async function count(mine) {
    if (mine !== view || !mine.queued || mine.sent) return;
    mine.sent = true;
    const body = { from, utm, version: Number(register), given: choice.given };
    let refused = await post("view", body);
    // It waited for a cookie in vain.
    if (refused === "no-cookie" && mine === view && choice.counts()) refused = await post("view", { ...body, from: "" });
    if (refused === "signal" || refused === "outdated") return choice.end(refused);
    if (!choice.counts()) return void choice.sweep();
    if (!refused && mine === view) choice.given = false;
    mine.sent = refused !== "offline" && (refused !== "later" || mine.again);
    if (!mine.sent && refused === "later") mine.again = setTimeout(retry, minute / 6);
    root.dataset.counted = refused ? "no" : "yes";
    document.dispatchEvent(new Event("counted"));
  }

  const retry = () => count(view);

  function run(running) {
    const now = performance.now();
    if (since === null) active = now;
    else engaged += Math.max(0, Math.min(now, active + 5 * minute) - since);
    since = running ? now : null;
  }

  async function send(renews) {
    const ms = Math.floor(Math.min(engaged, 15 * minute));
    if (!page || !view.sent || !choice.counts()) return;
    scrolled();
    const forms = choice.forms?.(!renews) ?? []; // of form.js: what became of them since it was last asked
    if (!ms && told === deep && !forms.length) return;
    const body = { ms, renews, before, deep: [told, deep], forms, speed: renews ? {} : speed };
    engaged -= ms;
    before += ms;
    told = deep;
    if (!renews) speed = {};
    await post("engaged", body);
    if (renews && !choice.counts()) choice.sweep();
  }

  function scrolled() {
    deep = Math.max(deep, (scrollY + innerHeight + 1) / root.scrollHeight);
  }

  /** Notes the worst of what times a page that is seen at once. */
  function watch(type, name, value) {
    if (document.hidden || !PerformanceObserver.supportedEntryTypes.includes(type)) return;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) times[name] = Math.max(times[name] ?? 0, value(entry) || 0);
    }).observe({ type, buffered: true, durationThreshold: 16 });
  }

  let [sum, start, last] = [0]; // of shifts that belong together
  watch("largest-contentful-paint", "LCP", ({ startTime }) => startTime);
  watch("event", "INP", ({ duration, interactionId }) => interactionId && duration);
  watch("layout-shift", "CLS", ({ value, hadRecentInput, startTime }) => {
    if (hadRecentInput) return;
    if (!(startTime < last + 1000 && startTime < start + 5000)) [sum, start] = [0, startTime];
    last = startTime;
    return (sum += value);
  });

  async function act(deed, what) {
    if (!what || !choice.counts()) return;
    await post("action", { deed, what });
    if (!choice.counts()) choice.sweep();
  }

  function click({ type, target, button }) {
    if (!/click/.test(type) || button > 1 || !page) return;
    act("event", target.closest("[data-event]")?.dataset.event);
    const link = target.closest("a[href]");
    if (!link?.host) return;
    if (link.host !== location.host) act("outbound", link.getAttribute("href"));
    else if (link.pathname.includes(".")) act("download", link.pathname);
  }

  /** The page is used. */
  function use(event) {
    click(event);
    if (since === null) return;
    scrolled();
    run(true);
    active = since;
    if (active < beat + 10 * minute) return;
    beat = active;
    choice.inTurn(() => send(true));
  }

  function look() {
    if (left) return;
    const yes = choice.counts();
    // Prerendered or in a tab behind, it counts once it is seen.
    const visible = document.visibilityState === "visible";
    run(yes && visible && document.hasFocus());
    if (!yes) {
      view = {};
      engaged = 0;
      delete root.dataset.counted;
    } else if (!visible) {
      send(false);
    } else if (!view.queued && (page || choice.given)) {
      view.queued = true;
      choice.inTurn(() => count(view));
    }
  }

  for (const what of ["choice", "visibilitychange", "resume"]) document.addEventListener(what, look);
  for (const what of ["focus", "blur"]) addEventListener(what, look);
  for (const what of ["pointermove", "pointerdown", "keydown", "scroll", "click", "auxclick"]) addEventListener(what, use, true);
  document.addEventListener("freeze", () => {
    run(false);
    send(false);
  });
  addEventListener("online", retry);
  addEventListener("pagehide", () => {
    run(false);
    retry();
    send(false);
    left = true;
  });
  addEventListener("pageshow", ({ persisted }) => {
    left = false;
    if (persisted) {
      // Kept whole by the browser, and seen again.
      view = {};
      before = deep = told = 0;
      from = "*";
    }
    look();
  });
  look();
  // A page of thanks that a form led to.
  if (from[0] === "/") choice.inTurn(() => act("form", sent));
}
