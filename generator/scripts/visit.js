// Counts this page's views and its engaged time (visible and focused), while the choice is yes.
"use strict";

{
  const root = document.documentElement;
  const { page, register } = root.dataset;
  const longest = 4 * 3600 * 1000; // milliseconds; the service takes no more at once

  let from = "";
  let asked = false; // whether the service has most likely given this visit its cookie
  let viewed = false; // whether this view has been sent
  let counted = false; // whether the service has counted it
  let left = false;
  let since = null; // when the time now running began
  let engaged = 0; // milliseconds not yet sent

  if (document.referrer.startsWith(`${location.origin}/`)) asked = true;
  else if (document.referrer) from = new URL(document.referrer).hostname;

  /** Why the service refused; "" when it did not. */
  async function post(what, body) {
    try {
      const answer = await fetch(`/visit/${what}`, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return answer.ok ? "" : (answer.headers.get("Plainsite-Refused") ?? "unknown");
    } catch {
      return "unreachable";
    }
  }

  async function consent() {
    const refused = await post("consent", { version: Number(register), given: choice.given });
    if (!refused) choice.given = false;
    return refused;
  }

  const view = () => (page ? post("view", { page, from }) : "");

  async function count() {
    let refused = asked ? await view() : "no-cookie";
    if (["no-cookie", "forged", "outdated"].includes(refused) && choice.counts()) {
      refused = await consent();
      if (!refused && choice.counts()) refused = await view();
    }
    if (refused === "signal" || refused === "outdated") return choice.end(refused);
    // An answer that came after the withdrawal may have brought the cookie back.
    if (!choice.counts()) return choice.withdraw();
    asked = counted = !refused;
    root.dataset.counted = refused ? "no" : "yes";
    document.dispatchEvent(new Event("counted"));
  }

  function run(running) {
    if (since !== null) engaged += performance.now() - since;
    since = running ? performance.now() : null;
  }

  function send(leaving) {
    run(false);
    const ms = Math.min(Math.floor(engaged), longest);
    if (!page || !counted || !ms || !choice.counts()) return;
    engaged -= ms;
    post("engaged", { page, ms, leaving });
  }

  function look() {
    if (left) return;
    const yes = choice.counts();
    // A page that is prerendered, or opened in a tab behind, counts once it is seen.
    const visible = document.visibilityState === "visible";
    run(yes && visible && document.hasFocus());
    if (!yes) {
      asked = viewed = counted = false;
      engaged = 0;
      delete root.dataset.counted;
    } else if (!visible) {
      send(false);
    } else if (!viewed) {
      viewed = true;
      count();
    }
  }

  document.addEventListener("choice", look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("resume", look);
  document.addEventListener("freeze", () => send(false));
  addEventListener("focus", look);
  addEventListener("blur", look);
  addEventListener("pagehide", () => {
    send(true);
    left = true;
  });
  addEventListener("pageshow", ({ persisted }) => {
    left = false;
    if (persisted) {
      // Back or forward to a page that was kept whole: it is seen again, so it counts again.
      viewed = false;
      from = "";
    }
    look();
  });
  look();
}
