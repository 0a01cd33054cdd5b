// What asks for consent in this document, in its open shadow roots too, or null. `given`: `words`
// (regular expressions by kind, in the order in which they are tried), `own` (labels and selectors by
// kind, which the site declares), `topic`, `interest`, `within` (whether this is a frame), and
// `expected`: whether something was pressed that opens the settings, so that any dialog is theirs.
"use strict";

(given) => {
  const words = given.words.map(([kind, list]) => [kind, list.map((each) => new RegExp(`^(?:${each})$`, "u"))]);
  const topic = new RegExp(given.topic, "u"), interest = new RegExp(given.interest, "u");
  const MOST = 8000;

  const all = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      all.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  const up = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;
  const chain = (element) => {
    const found = [];
    for (let each = element; each; each = up(each)) found.push(each);
    return found;
  };
  const shown = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const { width, height, bottom, right } = element.getBoundingClientRect();
    return width > 1 && height > 1 && bottom > 0 && right > 0;
  };
  const plain = (text) => (text ?? "").normalize("NFKC").toLowerCase().replace(/’/g, "'").replace(/\s+/g, " ")
    .replace(/\([^)]*\)\s*$/, "").replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  const textOf = (element) =>
    [element.innerText, ...all.filter((one) => one.shadowRoot && chain(one).includes(element))
      .flatMap((one) => [...one.shadowRoot.children].map((child) => child.innerText))].join(" ");

  const matches = (element, selector) => {
    try {
      return element.matches(selector);
    } catch {
      return false;
    }
  };
  const declares = (element, label, names) => label.startsWith("css=")
    ? matches(element, label.slice(4)) : names.includes(plain(label));
  function kindOf(element) {
    const names = [element.innerText, element.value, element.getAttribute("aria-label"), element.title].map(plain).filter(Boolean);
    for (const [kind] of words) if (given.own[kind]?.some((label) => declares(element, label, names))) return [kind, true];
    for (const [kind, list] of words)
      if (!given.own[kind]?.length && names.some((name) => name.length < 70 && list.some((each) => each.test(name)))) return [kind, false];
    return ["", false];
  }

  const PRESSED = "button, a, summary, input[type=button], input[type=submit], [role=button], [role=link], [onclick], [tabindex]";
  const outer = (element) => !chain(element).slice(1).some((each) => each.matches("button, a, [role=button]"));
  const pressed = all.filter((element) => element.matches(PRESSED) && outer(element) && shown(element) && !element.disabled)
    .map((element) => ({ element, parents: chain(element), kind: kindOf(element) }))
    .filter(({ kind: [kind] }) => kind);

  const lies = (element) => ["fixed", "sticky", "absolute"].includes(getComputedStyle(element).position)
    || element.matches("dialog, [role=dialog], [role=alertdialog], [aria-modal=true]");
  function bannerOf({ parents, kind: [, own] }) {
    const body = document.body;
    const inside = parents.slice(1).filter((each) => each !== body && each !== document.documentElement);
    const small = inside.filter((each) => textOf(each).length < MOST);
    const about = small.findIndex((each) => topic.test(textOf(each).toLowerCase()));
    const dialog = small.findLast(lies);
    if (about < 0 && given.expected && dialog) return dialog;
    if (about < 0) return own || (given.within && topic.test(body.innerText.toLowerCase())) ? small.findLast(lies) ?? body : null;
    return small.slice(about).findLast(lies) ?? small[about];
  }

  const by = (...kinds) => pressed.filter(({ kind: [kind] }) => kinds.includes(kind));
  let banner = null;
  for (const each of [...by("accept"), ...by("reject"), ...by("save")]) if ((banner = bannerOf(each))) break;
  const place = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  };

  const numbers = (colour) => /^rgba?\(/.test(colour) ? colour.match(/[\d.]+/g).map(Number) : null;
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const over = (top, below, alpha) => top.slice(0, 3).map((c, i) => c * alpha + below[i] * (1 - alpha));
  /** The contrast of an element's letters with what is behind them (WCAG 2.2, 1.4.3); 0: not known. */
  function contrast(element) {
    let behind = [255, 255, 255];
    const layers = [];
    for (const each of chain(element)) {
      const style = getComputedStyle(each), found = numbers(style.backgroundColor);
      if (!found || style.backgroundImage !== "none") return 0;
      layers.push(found);
      if ((found[3] ?? 1) === 1) break;
    }
    for (const layer of layers.reverse()) behind = over(layer, behind, layer[3] ?? 1);
    const ink = numbers(getComputedStyle(element).color);
    if (!ink) return 0;
    const [one, two] = [light(over(ink, behind, ink[3] ?? 1)), light(behind)].sort((a, b) => b - a);
    return (one + 0.05) / (two + 0.05);
  }

  const told = ({ element, kind: [kind] }) => ({
    kind, name: (element.innerText || element.value || element.getAttribute("aria-label") || element.title || "").trim().replace(/\s+/g, " ").slice(0, 80),
    tag: element.localName, ...place(element), size: parseFloat(getComputedStyle(element).fontSize) || 0, contrast: contrast(element),
  });
  // The way back stands anywhere on a page.
  const ways = pressed.filter(({ parents, kind: [kind, own] }) => !parents.includes(banner)
    && (kind === "withdraw" || (kind === "settings" && (own || topic.test(plain(parents[0].innerText || parents[0].title || parents[0].ariaLabel || ""))))));
  if (!banner) return ways.length ? { controls: ways.map((each) => told({ ...each, kind: ["withdraw"] })), ticked: [], covers: 0, locked: false, asks: false } : null;

  const inside = (element) => chain(element).includes(banner);
  const label = (box) => [box.getAttribute("aria-label"), ...[...(box.labels ?? [])].map((each) => each.innerText), box.title,
    box.closest("label, li, tr, section, [role=group], div")?.innerText, box.value].map((text) => (text ?? "").trim()).find(Boolean) ?? "";
  // A switch is often drawn by its label, with the box itself out of sight.
  const drawn = (box) => [box, ...(box.labels ?? []), box.parentElement].filter(Boolean).find(shown);
  const ticked = all.filter((box) => box.matches("input[type=checkbox], [role=switch], [role=checkbox]") && inside(box) && drawn(box))
    .filter((box) => (box.checked ?? box.getAttribute("aria-checked") === "true") && !box.disabled && !box.readOnly && box.getAttribute("aria-disabled") !== "true")
    .map((box) => {
      const { x, y, width, height } = place(drawn(box)), name = label(box).replace(/\s+/g, " ").slice(0, 80);
      const near = [name, box.closest("li, tr, section, fieldset, [role=group], [role=tabpanel]")?.innerText ?? "", box.parentElement?.innerText ?? ""].join(" ");
      return { name, x: x + width / 2, y: y + height / 2, interest: interest.test(near.toLowerCase()) };
    });

  let covered = 0;
  const STEPS = 8;
  const deepest = (x, y) => {
    let found = document.elementFromPoint(x, y);
    for (let inner; (inner = found?.shadowRoot?.elementFromPoint(x, y)) && inner !== found; ) found = inner;
    return found;
  };
  const whole = (element) => {
    const { width, height } = place(element);
    return getComputedStyle(element).position === "fixed" && width >= innerWidth * 0.9 && height >= innerHeight * 0.9;
  };
  for (let i = 0; i < STEPS; i += 1)
    for (let j = 0; j < STEPS; j += 1) {
      const found = deepest(((i + 0.5) / STEPS) * innerWidth, ((j + 0.5) / STEPS) * innerHeight);
      if (found && (inside(found) || chain(found).some(whole))) covered += 1;
    }
  const locked = [document.documentElement, document.body].some((each) => getComputedStyle(each).overflowY === "hidden")
    && document.documentElement.scrollHeight > innerHeight;
  return {
    controls: [...pressed.filter(({ parents }) => parents.includes(banner)).map(told), ...ways.map((each) => told({ ...each, kind: ["withdraw"] }))],
    ticked, covers: covered / STEPS ** 2, locked, asks: true,
  };
}
