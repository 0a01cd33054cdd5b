// The visitor's choice. Runs before the first paint, and says on <html> what is so, in data-choice and
// data-due; docs/architecture.md has their values.
"use strict";

const choice = (() => {
  const root = document.documentElement;
  const { register, months } = root.dataset;
  let opening = true; // a page that opens has today's register; later it may be an old one
  let stale = ""; // an answer to another register, found when the page opened
  let ended = ""; // why no answer holds on this page: "full", "signal" or "outdated"
  let note = ""; // of what is due: "lost" (it could not be written down) or "done"
  let was = "";

  const signal = () => navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
  const thisMonth = () => new Date().toISOString().slice(0, 7);
  const count = (month) => month.slice(0, 4) * 12 + Number(month.slice(5));
  const isDue = (kept) => kept?.endsWith(" due") ?? false;

  /** What the browser keeps: "" for nothing, null where it keeps nothing from anyone. */
  function read() {
    try {
      return localStorage.getItem("choice") ?? "";
    } catch {
      return null;
    }
  }

  function put(value) {
    try {
      localStorage.setItem("choice", value);
    } catch {
      // It is full, or blocked.
    }
    return read() === value;
  }

  /** Whether the browser keeps it. An older answer never outlives one that could not be kept. */
  function keep(value) {
    const kept = put(value);
    if (!kept && read()) localStorage.removeItem("choice");
    return kept;
  }

  function judge(kept) {
    const [, answer, version, month] = /^(yes|no) (\d+) (\d{4}-\d\d) (settled|due)$/.exec(kept) ?? [];
    if (!answer || kept === stale) return "unasked";
    if (version !== register && !opening) return "outdated";
    const age = count(thisMonth()) - count(month);
    if (version === register && age >= 0 && age < months) return answer;
    stale = kept;
    return "unasked";
  }

  /** What holds now. Another tab may have changed it, so ask before each use. */
  function now() {
    const kept = read();
    let state = "blocked";
    if (kept !== null) state = ended || judge(kept);
    if (signal()) state = "signal";
    if (state === "signal" && kept?.startsWith("yes ")) withdraw(kept.replace("yes", "no"));
    else if (kept && !isDue(kept) && (signal() || judge(kept) === "unasked")) localStorage.removeItem("choice");
    const due = note === "lost" ? note : !note && isDue(read()) ? "kept" : "";
    const is = [state, due, read()].join();
    if (was !== is) {
      was = is;
      root.dataset.choice = state;
      root.dataset.due = due;
      document.dispatchEvent(new Event("choice"));
    }
    return state;
  }

  /** Has all cookies deleted that rest on a yes; until they are, that is due. */
  async function withdraw(kept = read()) {
    note = kept && keep(kept.replace("settled", "due")) ? "" : "lost";
    const { status } = await fetch("/visit/withdraw", { method: "POST", keepalive: true }).catch(() => ({}));
    if (status === 204) settle();
    now();
  }

  function settle() {
    const kept = read();
    note = "done";
    if (kept && kept === stale) localStorage.removeItem("choice");
    else if (isDue(kept)) put(kept.replace("due", "settled"));
  }

  /** Tries again, on each page, what is still due. */
  function retry() {
    if (isDue(read())) withdraw();
  }

  function set(answer) {
    const before = now();
    const { due } = root.dataset;
    ended = keep(`${answer} ${register} ${thisMonth()} settled`) ? "" : "full";
    choice.given = answer === "yes" && before !== "yes";
    if (answer === "no" || due) withdraw();
    now();
  }

  /** The service refused what this page took for a yes. */
  function end(state) {
    if (state === "signal") set("no");
    ended = state;
    now();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose], [data-hide]");
    const notice = button?.closest(".notice");
    if (button?.dataset.choose) {
      event.preventDefault(); // without scripts, a form sends it
      set(button.dataset.choose);
    }
    notice?.classList.toggle("answered", !("hide" in button.dataset));
    const next = notice?.matches(".answered") ? ".notice-answer" : "main";
    if (notice) document.querySelector(next).focus();
  });
  addEventListener("storage", () => {
    if (note === "done") note = "";
    if (ended === "full") ended = "";
    now();
  });
  addEventListener("pageshow", ({ persisted }) => {
    now();
    if (persisted) retry();
  });

  now();
  opening = false;
  retry();
  // given: whether the yes was said on this page, and the service not yet told.
  return { now, end, kept: read, withdraw, counts: () => now() === "yes" && !root.dataset.due, given: false };
})();
