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
  show({ text, faults, count }) {
    if (text === this.#text) return;
    this.#text = text;
    this.isHidden = false;
    this.#alert.replaceChildren(...(text ? [this.#sheet(text, faults, count)] : []));
  }

  #sheet(text, faults, number) {
    const hide = make("button", { type: "button", class: "hide" }, "Hide");
    hide.addEventListener("click", () => {
      this.isHidden = true;
    });
    const count = number === 1 ? "1 mistake to mend" : `${number} mistakes to mend`;
    const others = number - faults.length;
    const head = make(
      "div",
      { class: "faults-head" },
      make("h2", {}, "Not published"),
      make("p", {}, faults.length ? `${count}. This page is as it was.` : "This page is as it was."),
      hide,
    );
    // Whatever has no list says all of it in one text.
    const list = faults.length
      ? make(
          "ol",
          { class: "faults-list" },
          ...faults.map(item),
          ...(others ? [make("li", {}, make("p", {}, `${others} more: mend these first.`))] : []),
        )
      : make("pre", { class: "faults-text", tabindex: "0" }, text);
    return make("section", { class: "faults", "aria-label": "Mistakes" }, head, list);
  }
}

/** A mistake, or what is not quite right. */
export function item({ place: where, message, hint, source, column, end_column }) {
  return make(
    "li",
    {},
    make("p", { class: "where" }, make("code", {}, where), ": "),
    make("p", { class: "what" }, message),
    ...(source.length ? [make("pre", { class: "source" }, ...excerpt(source, column, end_column))] : []),
    ...(hint ? [make("p", { class: "hint" }, make("b", {}, "hint:"), ` ${hint}`)] : []),
  );
}

/** The lines with their numbers; in the last one, what the mistake is about stands out. */
function* excerpt(source, column, end) {
  const width = `${source.at(-1).line}`.length;
  for (const { line, text, from } of source) {
    const isLast = line === source.at(-1).line;
    yield make("span", { class: "number" }, `${line}`.padStart(width));
    // Columns count characters, and a string of JavaScript counts half ones.
    const letters = [...text];
    const [start, stop] = isLast && column ? [column - from, end - from] : [letters.length, letters.length];
    yield ` ${letters.slice(0, start).join("")}`;
    if (isLast && column) yield make("mark", {}, letters.slice(start, stop).join(""));
    yield `${letters.slice(stop).join("")}${isLast ? "" : "\n"}`;
  }
}
