// The visitor's choice. Runs before the first paint, and says on <html> what is so, in data-choice and
// data-due.
"use strict";

const choice = (() => {
  const root = document.documentElement;
  const { register, months } = root.dataset;
  let opening = true; // a page that opens has today's register; later it may be an old one
  let stale = ""; // an answer to another register
  let ended = ""; // why no answer holds on this page: "full", "signal" or "outdated"
  let note = ""; // of what is due: "lost" (it could not be written down) or "done"
  let was = "";
  let late;
  let hurry;

  const signal = () => navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
  const thisMonth = () => new Date().toISOString().slice(0, 7);
  const count = (month) => month.slice(0, 4) * 12 + Number(month.slice(5));
  const owed = (kept) => /(due|sent)$/.exec(kept)?.[0];

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

  /** Whether it is kept. An older answer never outlives one that could not be. */
  function keep(value) {
    const kept = put(value);
    if (!kept && read()) localStorage.removeItem("choice");
    return kept;
  }

  function judge(kept) {
    const [, said, answer, version, month] = /^((yes|no) (\d+) (\d{4}-\d\d)) (settled|due|sent)$/.exec(kept) ?? [];
    if (!answer || said === stale) return "unasked";
    if (version !== register && !opening) return "outdated";
    const age = count(thisMonth()) - count(month);
    if (version === register && age >= 0 && age < months) return answer;
    stale = said;
    return "unasked";
  }

  /** What holds now. Another tab may have changed it, so ask before each use. */
  function now() {
    const kept = read();
    let state = "blocked";
    if (kept !== null) state = ended || judge(kept);
    if (signal()) state = "signal";
    if (state === "signal" && kept?.startsWith("yes ")) withdraw(true, kept.replace("yes", "no"));
    else if (kept && !owed(kept) && (signal() || judge(kept) === "unasked")) localStorage.removeItem("choice");
    const due = note === "lost" ? note : !note && owed(read()) ? "kept" : "";
    const is = [state, due, read()].join();
    if (was !== is) {
      was = is;
      root.dataset.choice = state;
      root.dataset.due = due;
      document.dispatchEvent(new Event("choice"));
    }
    return state;
  }

  /** Lets one tab ask after the other: each has the cookie that the one before was given. */
  const inTurn = (work, options) => navigator.locks?.request("visit", options, work) ?? work();

  /** The status, or 0. Answers to tabs come first, if soon. */
  function ask(query) {
    const post = () =>
      fetch("/visit/withdraw" + query, { method: "POST", keepalive: true }).then(
        ({ status }) => status,
        () => +!navigator.onLine,
      );
    hurry = new AbortController();
    setTimeout((one) => one.abort(), 5000, hurry);
    return inTurn(post, hurry).catch(post);
  }

  const mark = (what, kept = read(), write = put) => kept && write(kept.replace(/\w+$/, what));

  /** Has all cookies deleted that rest on a yes. What was sent may have been counted. */
  async function withdraw(after = true, kept = read()) {
    const before = owed(kept);
    note = mark("sent", kept, before ? put : keep) || before ? "" : "lost";
    const status = await ask(before === "sent" ? "?again" : "");
    if (status === 204) {
      note = "done";
      mark("settled");
      // A page that is gone may be answered later.
      if (after) late = setTimeout(sweep, 5000);
    } else if (status && before !== "sent") mark("due");
    now();
  }

  /** Has the cookie deleted that this brought back. */
  async function sweep() {
    late = clearTimeout(late);
    if (now() !== "yes" && (await ask("?late")) !== 204) mark("sent");
  }

  /** Tries again, on each page, what is still due. */
  const retry = () => owed(read()) && withdraw();

  function set(answer) {
    const before = now();
    const { due } = root.dataset;
    ended = keep(`${answer} ${register} ${thisMonth()} ${owed(read()) ?? "settled"}`) ? "" : "full";
    choice.given = answer === "yes" && before !== "yes";
    if (answer === "no" || due) withdraw(before === "yes" || due);
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

  addEventListener("pagehide", () => {
    if (late) sweep();
    hurry?.abort();
  });

  now();
  opening = false;
  retry();
  // given: whether the yes was said on this page, and the service not yet told.
  const counts = () => now() === "yes" && !root.dataset.due;
  return { now, end, kept: read, inTurn, withdraw, sweep, counts, given: false };
})();
