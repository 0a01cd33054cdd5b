// Why what was saved is not on the page: each mistake with its file, its line and how to mend it.
import { make, place } from "./host.js";

export class Faults {
  #alert = make("div", { role: "alert", class: "alert" });
  #text = "";
  /** Called where the sheet was hidden or shown. */
  changed = () => {};

  constructor() {
    place.append(this.#alert);
  }

  get isHidden() {
    return this.#alert.hidden;
  }

  set isHidden(hidden) {
    this.#alert.hidden = hidden;
    this.changed();
  }

  /** Shows what is wrong; nothing, where nothing is. What is new is shown, whatever was hidden. */
  show({ text, faults }) {
    if (text === this.#text) return;
    this.#text = text;
    this.isHidden = false;
    this.#alert.replaceChildren(...(text ? [this.#sheet(text, faults)] : []));
  }

  #sheet(text, faults) {
    const hide = make("button", { type: "button", class: "hide" }, "Hide");
    hide.addEventListener("click", () => {
      this.isHidden = true;
    });
    const count = faults.length === 1 ? "1 mistake to mend" : `${faults.length} mistakes to mend`;
    const head = make(
      "div",
      { class: "faults-head" },
      make("h2", {}, "Not published"),
      make("p", {}, faults.length ? `${count}. This page is as it was.` : "This page is as it was."),
      hide,
    );
    // Whatever has no list says all of it in one text.
    const list = faults.length
      ? make("ol", { class: "faults-list" }, ...faults.map(item))
      : make("pre", { class: "faults-text", tabindex: "0" }, text);
    return make("section", { class: "faults", "aria-label": "Mistakes" }, head, list);
  }
}

/** A mistake, or what is not quite right. */
export function item({ place: where, message, hint, source }) {
  return make(
    "li",
    {},
    make("p", { class: "where" }, make("code", {}, where), ": "),
    make("p", { class: "what" }, message),
    ...(source ? [make("pre", { class: "source" }, source)] : []),
    ...(hint ? [make("p", { class: "hint" }, make("b", {}, "hint:"), ` ${hint}`)] : []),
  );
}
