// The preview's script: waits for what is new, and shows it. It is in no page that is published.
import { Bar } from "./bar.js";
import { Faults } from "./faults.js";
import { ours } from "./host.js";
import { restore } from "./places.js";
import { Shown } from "./shown.js";

const AGAIN_MS = 1000;

const tag = document.querySelector('script[src^="/_preview/client/main.js"]');
const { build, method } = tag.dataset;
tag.remove();

const faults = new Faults();
const bar = new Bar(faults);
const shown = new Shown(build, method);
const later = (ms) => new Promise((done) => setTimeout(done, ms));

/** A tab behind others waits for nothing: a browser has few connections, and others need them. */
const visible = () =>
  new Promise((done) => {
    const look = () => {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", look);
      done();
    };
    document.addEventListener("visibilitychange", look);
    look();
  });

async function next(known) {
  const stop = new AbortController();
  const look = () => document.visibilityState === "visible" || stop.abort();
  document.addEventListener("visibilitychange", look);
  try {
    const query = new URLSearchParams({ known, page: location.pathname });
    const answer = await fetch(`/_preview/next?${query}`, { signal: stop.signal });
    return await answer.json();
  } finally {
    document.removeEventListener("visibilitychange", look);
  }
}

/** The page that stands in for a site that cannot be shown says what is wrong by itself. */
function standIn({ build: newest, text }) {
  if (newest !== build || text !== (document.querySelector("pre")?.textContent ?? "")) location.reload();
}

async function wait() {
  let known = "";
  for (;;) {
    await visible();
    try {
      const told = await next(known);
      known = told.state;
      if (method === "none") {
        standIn(told);
      } else {
        await shown.follow(told.build);
        faults.show(told);
        bar.show(told, shown.isAnswer);
      }
      await later(told.again);
    } catch (error) {
      if (error.name === "AbortError") continue;
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      bar.lose(); // the preview has ended, or is being started again
      await later(AGAIN_MS);
      known = "";
    }
  }
}

restore();
if (method !== "none") document.documentElement.append(ours);
wait();
