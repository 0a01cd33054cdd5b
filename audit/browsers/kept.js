// What a page keeps in the browser, beside its cookies: each thing with where it is kept. A browser
// that keeps nothing for a page throws where it is asked.
"use strict";

async () => {
  const items = [];
  const add = (where, key, value = "") => items.push({ where, key: String(key), value: String(value) });
  const look = async (looking) => {
    try {
      await looking();
    } catch {}
  };
  for (const where of ["localStorage", "sessionStorage"]) {
    await look(() => Object.entries(globalThis[where]).forEach(([key, value]) => add(where, key, value)));
  }
  await look(async () => (await indexedDB.databases()).forEach(({ name }) => add("IndexedDB", name)));
  await look(async () => (await caches.keys()).forEach((name) => add("Cache", name)));
  await look(async () =>
    (await navigator.serviceWorker.getRegistrations()).forEach(({ scope }) => add("service worker", scope)));
  if (window.name) add("window.name", "", window.name);
  return items;
}
