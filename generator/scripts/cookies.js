// The page of the visitor's choices: shows what this browser keeps, as it is and in words.
"use strict";

{
  const region = document.querySelector("[data-own-cookies]");
  const list = region.querySelector("dl");
  const none = region.querySelector("[data-none]");

  function entry(name, value, parts) {
    const term = document.createElement("dt");
    term.append(Object.assign(document.createElement("code"), { textContent: name }));
    const raw = document.createElement("dd");
    raw.append(Object.assign(document.createElement("code"), { textContent: value }));
    const meanings = parts.map(({ holds, words }) =>
      Object.assign(document.createElement("dd"), { textContent: `${holds}: ${words}` }));
    return [term, raw, ...meanings];
  }

  function kept() {
    try {
      const value = localStorage.getItem("choice");
      return value === null ? [] : entry("choice", value, [region.dataset]);
    } catch {
      return [];
    }
  }

  async function show() {
    const shown = kept();
    if (choice.now() === "yes" || "personal" in region.dataset) {
      const answer = await fetch("/visit/cookies").catch(() => ({}));
      const cookies = answer.ok ? await answer.json() : {};
      for (const cookie of Object.values(cookies)) {
        if (cookie) shown.push(...entry(cookie.name, cookie.value, cookie.parts));
      }
    }
    list.replaceChildren(...shown);
    list.hidden = !shown.length;
    none.hidden = shown.length > 0;
  }

  for (const happening of ["choice", "withdrawn", "counted"]) document.addEventListener(happening, show);
  show();
}
