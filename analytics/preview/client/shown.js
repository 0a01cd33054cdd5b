// The page that is shown follows the newest build: what differs is changed in place, and where that
// cannot be known to be right, the page is loaded again, with what was typed, opened and scrolled.
import { Impossible, Patch } from "./patch.js";
import { keep } from "./places.js";

/** A page as it is served now. Only this way of asking parses HTML under the page's Trusted Types. */
const served = () =>
  new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.setRequestHeader("Accept", "text/html");
    request.addEventListener("load", () => done({ status: request.status, page: request.responseXML }));
    request.addEventListener("error", () => fail(new TypeError("the preview does not answer")));
    request.send();
  });

const buildOf = (page) => page?.querySelector('script[src^="/_preview/client/main.js"]')?.dataset.build;

export class Shown {
  #build;
  #was; // what was served when this page was loaded: its own scripts may have changed it since
  #patch = new Patch();

  constructor(build, method) {
    this.#build = build;
    /** Whether the page answers what was posted: it cannot be asked for again. */
    this.isAnswer = method === "POST";
    if (method === "GET") this.#was = this.#learn();
  }

  /** Null where it cannot be had any more: then the page is loaded again with the next build. */
  async #learn() {
    try {
      const answer = await served();
      return buildOf(answer.page) === this.#build ? answer : null;
    } catch {
      return null;
    }
  }

  /** Shows the page as it is in the newest build. */
  async follow(newest) {
    if (newest === this.#build || this.isAnswer) return;
    const was = await this.#was;
    const now = await served();
    try {
      if (!was || now.status !== was.status) throw new Impossible();
      this.#patch.apply(was.page, now.page);
    } catch (error) {
      if (!(error instanceof Impossible)) throw error;
      keep();
      location.reload();
      return new Promise(() => {}); // nothing more happens on this page
    }
    this.#build = buildOf(now.page);
    this.#was = now;
  }
}
