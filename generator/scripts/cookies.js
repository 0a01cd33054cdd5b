// Shows what this browser keeps. Only the service can read our cookies: it is asked where they serve
// a purpose, or when the visitor asks.
"use strict";

{
  const root = document.documentElement;
  const region = document.querySelector("[data-own-cookies]");
  const form = region.querySelector("form");
  const list = region.querySelector("[data-cookies]");
  const storage = region.querySelector("[data-storage]");
  let { due } = root.dataset;
  const asks = typeof choice === "object"; // a site that counts nothing asks for nothing
  let turn = 0; // an answer to an earlier question is out of date

  function add(name, text, code) {
    const made = document.createElement(name);
    (code ? made.appendChild(document.createElement("code")) : made).textContent = text;
    list.append(made);
  }

  function only(name, value) {
    for (const each of document.querySelectorAll(`[data-${name}]`)) each.hidden = each.dataset[name] !== value;
  }

  function showCookies(cookies) {
    let role;
    turn += 1;
    list.replaceChildren();
    for (const cookie of cookies) {
      add("dt", cookie.name, true);
      add("dd", cookie.value, true);
      for (const { name, holds, words } of cookie.parts) {
        add("dd", `${holds}: ${words}`);
        if (name === "audience") role = words;
      }
    }
    list.hidden = !cookies.length;
    only("found", cookies.length ? "some" : "none");
    only("role", role ? "some" : "none");
    for (const label of document.querySelectorAll("[data-label]")) label.textContent = role;
  }

  async function look() {
    const asked = ++turn;
    const answer = await fetch(form.action).catch(() => ({}));
    const cookies = answer.ok && Object.values(await answer.json()).filter(Boolean);
    if (asked !== turn) return;
    if (cookies) showCookies(cookies);
    else only("found", "unknown");
  }

  function showStorage() {
    if (!asks) return;
    const kept = choice.kept();
    storage.hidden = !kept;
    storage.querySelector("[data-value]").textContent = kept;
    kept?.split(" ").forEach((word, at) => {
      storage.querySelectorAll("[data-part]")[at].textContent = word;
    });
    only("stored", kept ? "some" : "none");
  }

  document.addEventListener("choice", () => {
    showStorage();
    if (due && !root.dataset.due) showCookies([]); // the service has deleted them
    due = root.dataset.due;
  });
  document.addEventListener("counted", look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

  showStorage();
  if (!("known" in list.dataset) && ((asks && choice.counts()) || "personal" in region.dataset)) look();
}
