// The middle of what a person would point at to press `given.name`, or null: a button, a link or a
// field, by the words that name it.
"use strict";

async (given) => {
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const plain = (text) => (text ?? "").trim().replace(/\s+/g, " ");
  const named = (element) =>
    [element.getAttribute("aria-label"), ...[...(element.labels ?? [])].map((label) => label.innerText),
      element.innerText, element.name].map(plain);
  const found = [...document.querySelectorAll("main :is(button, a, input, select, textarea), button, a, input, select, textarea")].filter(shown);
  const exact = found.find((element) => named(element).includes(given.name));
  const element = exact ?? found.find((one) => named(one).some((name) => name.startsWith(given.name)));
  if (!element) return null;
  // A browser scrolls on another thread, and fonts that come late move things: look until it stays.
  let at = {};
  for (let tries = 0; tries < 20; tries += 1) {
    element.scrollIntoView({ block: "center", behavior: "instant" });
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 100); });
    const before = at;
    at = element.getBoundingClientRect();
    if (at.y === before.y && at.y >= 0 && at.bottom <= innerHeight) break;
  }
  if (given.choose !== undefined) {
    const option = [...element.options].find(({ value, text }) => [value, text].includes(given.choose));
    if (!option) return null;
    element.value = option.value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return { x: at.x + Math.min(at.width / 2, 40), y: at.y + at.height / 2 };
}
