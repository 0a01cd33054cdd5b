// Counts this page's view and its engaged time (visible, focused, and used in the last five minutes),
// while the choice is yes.
"use strict";

{
  const root = document.documentElement;
  const { page = "", register } = root.dataset;
  const minute = 60_000; // milliseconds

  let from = "*"; // a page of ours, not known which; else its path, or the host of another site
  let view = {}; // queued, sent
  let left = false;
  let since = null; // when the time now running began
  let active = 0; // when the page was last used
  let beat = 0; // when the visit was last kept alive
  let engaged = 0; // milliseconds not yet sent

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
        body: JSON.stringify(body),
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
    const refused = await post("view", { page, from, utm, version: Number(register), given: choice.given });
    if (refused === "signal" || refused === "outdated") return choice.end(refused);
    // An answer that came after the withdrawal may have brought the cookie back.
    if (!choice.counts()) return choice.withdraw();
    if (!refused) choice.given = false;
    mine.sent = refused !== "offline" && (refused !== "later" || mine.again);
    if (!mine.sent && refused === "later") mine.again = setTimeout(retry, minute / 6);
    root.dataset.counted = refused ? "no" : "yes";
    document.dispatchEvent(new Event("counted"));
  }

  const retry = () => count(view);

  /** Lets one tab ask after the other, so that each has the cookie that the one before was given. */
  const inTurn = (work) => navigator.locks?.request("visit", work) ?? work();

  function run(running) {
    const now = performance.now();
    if (since === null) active = now;
    else engaged += Math.max(0, Math.min(now, active + 5 * minute) - since);
    since = running ? now : null;
  }

  function send(renews) {
    const ms = Math.floor(engaged);
    if (!page || !view.sent || !ms || !choice.counts()) return;
    engaged -= ms;
    return post("engaged", { page, ms, renews });
  }

  /** The page is used. */
  function use() {
    if (since === null) return;
    run(true);
    active = since;
    if (active < beat + 10 * minute) return;
    beat = active;
    inTurn(() => send(true));
  }

  function look() {
    if (left) return;
    const yes = choice.counts();
    // A page that is prerendered, or opened in a tab behind, counts once it is seen.
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
      inTurn(() => count(view));
    }
  }

  for (const what of ["choice", "visibilitychange", "resume"]) document.addEventListener(what, look);
  for (const what of ["focus", "blur"]) addEventListener(what, look);
  for (const what of ["pointermove", "pointerdown", "keydown", "scroll"]) addEventListener(what, use, true);
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
      // Back or forward to a page that was kept whole: it is seen again, so it counts again.
      view = {};
      from = "*";
    }
    look();
  });
  look();
}
