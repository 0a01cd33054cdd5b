// Preview as: each choice has an element, `show` for what the preview says, and a summary of what is
// not as usual.
import { post } from "./bar.js";
import { make } from "./host.js";
import { keep } from "./places.js";

const AS = "preview-as";
const SIGNAL = "preview-signal";
const VARIANT = "preview-variant";

const parameter = (name) => new URLSearchParams(location.search).get(name);

/** Loads this page again, with other words in its address. */
function look(values) {
  const address = new URL(location);
  for (const [name, value] of Object.entries(values)) address.searchParams.set(name, value);
  history.replaceState(history.state, "", address);
  keep();
  location.reload();
}

function fill(select, options, chosen) {
  const stated = JSON.stringify([options, chosen]);
  if (select.dataset.stated === stated) return; // it may be open
  select.dataset.stated = stated;
  select.replaceChildren(...options.map(([value, words]) => make("option", { value }, words)));
  select.value = chosen;
}

class Choice {
  element;
  summary = "";
  changed = () => {};
}

export class Audience extends Choice {
  #select = make("select", { id: "audience" });
  #note = make("p", { class: "note", id: "audience-note" });

  constructor() {
    super();
    this.#select.setAttribute("aria-describedby", "audience-note");
    this.element = make("div", { class: "choice" }, make("label", { for: "audience" }, "Audience"), this.#select, this.#note);
    this.#select.addEventListener("change", () => look({ [AS]: this.#select.value }));
  }

  show({ audiences, recognized }) {
    this.element.hidden = !audiences;
    if (!audiences) return;
    const chosen = parameter(AS) ?? "";
    const labels = Object.fromEntries(audiences);
    const known = chosen === "" && recognized ? `This browser: ${labels[recognized]}` : "This browser: not recognized";
    fill(this.#select, [["", known], ...audiences], chosen in labels ? chosen : "");
    const own = audiences.filter(([, , has]) => has).map(([, words]) => words);
    this.#note.textContent = own.length ? `This page differs for: ${own.join(", ")}` : "This page is the same for everybody";
    this.summary = labels[chosen] ?? "";
  }
}

/** The wordings of this page that are tried; visitors see the one of the clock. */
export class Variant extends Choice {
  #select = make("select", { id: "variant" });

  constructor() {
    super();
    this.element = make("div", { class: "choice", ".hidden": true }, make("label", { for: "variant" }, "Wording"), this.#select);
    this.#select.addEventListener("change", () => look({ [VARIANT]: this.#select.value }));
  }

  show({ variants }) {
    this.element.hidden = !variants;
    this.summary = "";
    if (!variants) return;
    const { names, now } = variants;
    const asked = parameter(VARIANT);
    const chosen = names.includes(asked) ? asked : "";
    fill(this.#select, [["", `By the clock: ${now}`], ...names.map((name) => [name, name])], chosen);
    this.summary = chosen;
  }
}

/** The page in its other languages, as its own links to them say. */
export class Language extends Choice {
  #select = make("select", { id: "language" });

  constructor() {
    super();
    this.element = make("div", { class: "choice", ".hidden": true }, make("label", { for: "language" }, "Language"), this.#select);
    this.#select.addEventListener("change", () => location.assign(this.#select.value));
  }

  show() {
    const links = [...document.querySelectorAll('link[rel~="alternate"][hreflang]:not([hreflang="x-default"])')];
    this.element.hidden = links.length < 2;
    // Their addresses are those of the published site.
    const options = links.map((link) => [new URL(link.href).pathname + location.search, nameOf(link.hreflang)]);
    const here = options.find(([address]) => address === location.pathname + location.search);
    fill(this.#select, options, here?.[0] ?? "");
  }
}

const nameOf = (tag) => new Intl.DisplayNames([tag], { type: "language" }).of(tag);

/** The visitor's choice. It is the browser's own, as a visitor's is; only a signal is pretended. */
export class Consent extends Choice {
  #consent = null;
  #group;

  constructor() {
    super();
    const options = Object.entries({ unasked: "Not asked", yes: "Accepted", no: "Rejected", signal: "Signal (GPC)" });
    this.#group = make("div", { class: "options" });
    for (const [value, words] of options) {
      const radio = make("input", { type: "radio", name: "consent", value });
      radio.addEventListener("change", () => this.#answer(value));
      this.#group.append(make("label", {}, radio, make("span", {}, words)));
    }
    this.element = make("fieldset", { class: "choice" }, make("legend", {}, "Cookies"), this.#group);
    document.addEventListener("choice", () => this.#mark());
  }

  show({ consent }) {
    this.#consent = consent;
    this.element.hidden = !consent;
    if (consent) this.#mark();
  }

  #mark() {
    if (!this.#consent) return;
    const now = document.documentElement.dataset.choice ?? this.#kept();
    for (const radio of this.#group.querySelectorAll("input")) radio.checked = radio.value === now;
    this.summary = { yes: "accepted", no: "rejected", signal: "signal" }[now] ?? "";
    this.changed();
  }

  #kept() {
    return localStorage.getItem(this.#consent.key)?.split(" ")[0] ?? "unasked";
  }

  async #answer(answer) {
    const { key, version } = this.#consent;
    if (answer === "yes" || answer === "no") {
      const month = new Date().toISOString().slice(0, 7);
      localStorage.setItem(key, `${answer} ${version} ${month} settled`);
    } else {
      localStorage.removeItem(key);
    }
    // Who has not accepted has no cookie that rests on it.
    if (answer !== "yes") await post({ forget: true });
    if (answer === "signal") look({ [SIGNAL]: "1" });
    else if (parameter(SIGNAL)) look({ [SIGNAL]: "0" });
    else look({});
  }
}

/** The site of another day, and with its drafts: the same for all tabs, since it is built anew. */
export class Site extends Choice {
  #day = make("input", { type: "date", id: "day" });
  #today = make("button", { type: "button", class: "small" }, "Today");
  #drafts = make("input", { type: "checkbox" });

  constructor() {
    super();
    this.element = make(
      "fieldset",
      { class: "choice" },
      make("legend", {}, "Pages"),
      make("div", { class: "row" }, make("label", { for: "day" }, "As of"), this.#day, this.#today),
      make("label", { class: "check" }, this.#drafts, make("span", {}, "With drafts and all later pages")),
    );
    this.#day.addEventListener("change", () => this.#day.value && this.#ask({ day: this.#day.value }));
    this.#today.addEventListener("click", () => this.#ask({ day: null }));
    this.#drafts.addEventListener("change", () => post({ drafts: this.#drafts.checked }));
  }

  #ask({ day }) {
    post({ day: day === this.#day.min ? null : day });
  }

  show({ shown, today, language }) {
    this.element.hidden = !today;
    if (!today) return;
    this.#day.min = today;
    this.#day.value = shown.day ?? today;
    this.#today.disabled = !shown.day;
    this.#drafts.checked = shown.drafts;
    const day = shown.day && new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(shown.day));
    this.summary = [day, shown.drafts && "drafts"].filter(Boolean).join(", ");
  }
}
