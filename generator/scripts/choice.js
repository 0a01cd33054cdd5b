// The visitor's choice. Runs before the first paint; <html data-choice> says what it is:
// unasked, yes, no, signal (the browser asks not to be tracked), blocked (nothing can be
// remembered, so nothing is counted) or outdated (the site has asked anew since this page was made).
"use strict";

const choice = (() => {
  const root = document.documentElement;
  const { register, months } = root.dataset;
  let ended = "";

  const signal = () => navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
  const thisMonth = () => new Date().toISOString().slice(0, 7);
  const count = (month) => month.slice(0, 4) * 12 + Number(month.slice(5));

  function judge(kept) {
    const [, answer, version, month] = /^(yes|no) (\d+) (\d{4}-\d\d)$/.exec(kept) ?? [];
    if (!answer) return "unasked";
    if (Number(version) > register) return "outdated";
    const age = count(thisMonth()) - count(month);
    return version === register && age >= 0 && age < months ? answer : "unasked";
  }

  /** What holds now. Another tab may have changed it, so ask before each use. */
  function now() {
    let state = signal() ? "signal" : "blocked";
    try {
      const kept = localStorage.getItem("choice");
      const judged = judge(kept);
      if (signal() || judged === "unasked") localStorage.removeItem("choice");
      if (signal() && judged === "yes") withdraw();
      if (!signal()) state = ended || judged;
    } catch {
      // A browser that stores nothing throws, or has no localStorage at all.
    }
    if (root.dataset.choice !== state) {
      root.dataset.choice = state;
      document.dispatchEvent(new Event("choice"));
    }
    return state;
  }

  function set(answer) {
    const before = now();
    try {
      localStorage.setItem("choice", `${answer} ${register} ${thisMonth()}`);
    } catch {
      ended = "blocked";
    }
    choice.given = answer === "yes" && before !== "yes";
    if (before === "yes" && answer === "no") withdraw();
    return now();
  }

  /** The service refused what this page took for a yes: state is "signal" or "outdated". */
  function end(state) {
    ended = state;
    if (state === "signal") set("no");
    else localStorage.removeItem("choice");
    now();
  }

  /** Has the cookie deleted. The event "withdrawn" says whether it was. */
  async function withdraw() {
    const answer = await fetch("/visit/withdraw", { method: "POST", keepalive: true }).catch(() => ({}));
    document.dispatchEvent(new CustomEvent("withdrawn", { detail: answer.ok === true }));
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-choose], [data-hide]");
    const notice = button?.closest(".notice");
    if (button?.dataset.choose) set(button.dataset.choose);
    notice?.classList.toggle("answered", !("hide" in button.dataset));
    const next = notice?.matches(".answered") ? ".notice-answer" : "main";
    if (notice) document.querySelector(next).focus();
  });
  addEventListener("storage", now);
  addEventListener("pageshow", now);

  now();
  // given: whether the yes was said on this page, and the service has not yet been told.
  return { now, end, withdraw, given: false };
})();
