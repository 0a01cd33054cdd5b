// The bar: what is shown and as whom, and how that is chosen. A button in a corner while it is closed.
import { Audience, Consent, Language, Site, Variant } from "./choices.js";
import { item } from "./faults.js";
import { make, place, reveal } from "./host.js";

export class Bar {
  #faults;
  #told = null;
  #isOpen = false;
  #dot = make("span", { class: "dot", "aria-hidden": "true" });
  #summary = make("span", { class: "summary" });
  #button = make("button", { type: "button", class: "pill", "aria-expanded": "false", "aria-controls": "panel" });
  #mistakes = make("button", { type: "button", class: "pill mistakes", ".hidden": true });
  #status = make("p", { role: "status", class: "status" });
  #warnings = make("details", { class: "warnings", ".hidden": true });
  #panel;
  #choices = [new Audience(), new Variant(), new Language(), new Consent(), new Site()];

  constructor(faults) {
    this.#faults = faults;
    const hide = make("button", { type: "button", class: "hide" }, "Close");
    this.#panel = make(
      "section",
      { class: "panel", id: "panel", "aria-label": "Preview", ".hidden": true },
      make("div", { class: "panel-head" }, make("h2", {}, "Preview"), hide),
      this.#status,
      ...this.#choices.map((each) => each.element),
      this.#warnings,
    );
    this.#button.append(this.#dot, make("span", {}, "Preview"), this.#summary);
    this.#button.addEventListener("click", () => this.#choose(!this.#isOpen));
    hide.addEventListener("click", () => this.#choose(false));
    this.#panel.addEventListener("keydown", ({ key }) => key === "Escape" && this.#choose(false));
    this.#mistakes.addEventListener("click", () => {
      faults.isHidden = false;
    });
    faults.changed = () => this.#draw();
    for (const each of this.#choices) each.changed = () => this.#draw();
    place.prepend(make("div", { class: "corner" }, this.#panel, make("div", { class: "pills" }, this.#mistakes, this.#button)));
  }

  /** What the preview says now. */
  show(told, isAnswer) {
    this.#told = { ...told, isAnswer };
    this.#open(told.shown.open);
    for (const each of this.#choices) each.show(told);
    this.#draw();
    reveal();
  }

  /** The preview does not answer. */
  lose() {
    this.#told = null;
    this.#draw();
    reveal();
  }

  #choose(open) {
    this.#open(open);
    (open ? this.#panel.querySelector("select, input") : this.#button)?.focus();
    post({ open });
  }

  #open(open) {
    this.#isOpen = open;
    this.#panel.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
  }

  #draw() {
    const [state, words] = this.#state();
    this.#dot.dataset.state = state;
    say(this.#status, words);
    const said = this.#told ? this.#choices.map((each) => each.summary).filter(Boolean) : [];
    say(this.#summary, state === "lost" ? "stopped" : said.join(", "));
    this.#mistakes.hidden = state !== "faults" || !this.#faults.isHidden;
    const count = this.#told?.count;
    say(this.#mistakes, count > 1 ? `${count} mistakes` : "1 mistake");
    this.#drawWarnings(this.#told?.warnings ?? [], this.#told?.warned ?? 0);
  }

  #state() {
    if (!this.#told) return ["lost", "The preview was stopped. Start it again, and this page goes on by itself."];
    const { busy, text, isAnswer, noticed, served } = this.#told;
    if (busy) return ["busy", "Building…"];
    if (text) return ["faults", "Not published: there is something to mend. The page is as it was."];
    if (isAnswer) return ["good", "This page answers a form. Send it again to see what you changed."];
    const took = served > noticed ? ` The last save took ${(served - noticed).toFixed(2)} s.` : "";
    return ["good", `Up to date. What you save appears here.${took}`];
  }

  #drawWarnings(warnings, number) {
    const said = JSON.stringify([number, warnings]);
    if (this.#warnings.dataset.said === said) return;
    this.#warnings.dataset.said = said;
    this.#warnings.hidden = !warnings.length;
    const count = number === 1 ? "1 warning" : `${number} warnings`;
    this.#warnings.replaceChildren(make("summary", {}, count), make("ol", {}, ...warnings.map(item)));
  }
}

/** What stays the same is not said again: screen readers would. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Asks the preview for another site to show. */
export function post(asked) {
  return fetch("/_preview/show", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  }).catch(() => {}); // it has ended, which the next question tells
}
