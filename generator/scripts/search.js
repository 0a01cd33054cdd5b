// Finds pages with Pagefind's program, in the browser: what is typed is sent nowhere. Results are built
// node by node, since the policy of the headers lets no text become HTML.
"use strict";

{
  const AT_ONCE = 10;
  const PAUSE = 200; // ms without a key, after which one looks
  const PARTS = 3; // of a page, at most
  const form = document.querySelector("[data-search]");
  const field = form.querySelector("input");
  const [status, list, more, all] = ["status", "results", "more", "all"].map((name) =>
    document.querySelector(`[data-${name}]`),
  );
  let engine;
  let found = [];
  let asked = 0;
  let timer;

  const load = () =>
    (engine ??= import(form.dataset.search).then((program) =>
      program.createInstance({ noWorker: true, metaCacheTag: "", excerptLength: 28 }),
    ));

  const make = (tag, ...inside) => {
    const made = document.createElement(tag);
    made.append(...inside);
    return made;
  };

  const link = (address, text) => {
    const made = make("a", text);
    made.href = address;
    return made;
  };

  // Words in <mark> are the ones that were found; of all else only < and > are written as names.
  const marked = (excerpt) => {
    const made = make("p");
    excerpt.split(/<\/?mark>/).forEach((piece, at) => {
      const text = piece.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
      made.append(at % 2 ? make("mark", text) : text);
    });
    return made;
  };

  const item = (page) => {
    const made = make("li", make("h2", link(page.url, page.meta.title)), marked(page.excerpt));
    const parts = page.sub_results.filter((part) => part.url.includes("#")).slice(0, PARTS);
    if (parts.length) made.append(make("ul", ...parts.map((part) => make("li", link(part.url, part.title)))));
    return made;
  };

  const show = async (mine) => {
    const from = list.children.length;
    const pages = await Promise.all(found.slice(from, from + AT_ONCE).map((each) => each.data()));
    if (mine !== asked) return;
    list.append(...pages.map(item));
    more.hidden = list.children.length >= found.length;
    if (from) list.children[from]?.querySelector("a").focus();
  };

  const say = (kind, words) => {
    const text = status.dataset[kind] ?? "";
    status.textContent = text.replace("#", found.length).replace("…", () => words);
  };

  const look = async () => {
    clearTimeout(timer);
    const mine = ++asked;
    const words = field.value.trim();
    history.replaceState(null, "", words ? `#${encodeURIComponent(words)}` : location.pathname);
    try {
      const results = words ? (await (await load()).search(words)).results : [];
      if (mine !== asked) return;
      found = results;
      list.replaceChildren();
      all.hidden = found.length > 0;
      say(words && (found.length > 1 ? "many" : found.length ? "one" : "none"), words);
      await show(mine);
    } catch {
      if (mine !== asked) return;
      engine = undefined;
      all.hidden = false;
      say("failed", words);
    }
  };

  const begin = () => {
    try {
      field.value = decodeURIComponent(location.hash.slice(1));
    } catch {
      field.value = "";
    }
    if (field.value) look();
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  field.addEventListener("focus", () => load().catch(() => (engine = undefined)), { once: true });
  more.addEventListener("click", () => show(asked));
  addEventListener("hashchange", begin);
  begin();
}
