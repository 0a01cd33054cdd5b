// What the page that is shown keeps and shows now. `given`: the words of the notice's two buttons,
// and its title.
"use strict";

async (given) => {
  const items = await (__KEPT__)();
  // An entry of the history comes back with its page, by the buttons and by loading it again.
  for (const state of [history.state, globalThis.navigation?.currentEntry?.getState()]) {
    if (state !== null && state !== undefined)
      items.push({ where: "history.state", key: "", value: JSON.stringify(state) });
  }

  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const words = (element) => (element.innerText ?? "").trim().replace(/\s+/g, " ");
  const buttons = [...document.querySelectorAll("button, a, input[type=submit], input[type=button]")]
    .filter((element) => [given.accept, given.reject].includes(words(element) || element.value))
    .map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const parents = [...document.querySelectorAll("*")];
      return {
        name: words(element) || element.value, tag: element.localName, shown: shown(element),
        x: x + scrollX, y: y + scrollY, width, height, weight: style.fontWeight, size: style.fontSize,
        colours: [style.color, style.backgroundColor, style.borderColor], parent: parents.indexOf(element.parentElement),
      };
    });
  const boxes = [...document.querySelectorAll("input[type=checkbox], input[type=radio]")];
  const fields = [...document.querySelectorAll("main form :is(input, select, textarea)")];
  const titles = [...document.querySelectorAll("h1, h2, h3")].filter(shown).map(words);
  return {
    items,
    facts: {
      text: document.body?.innerText ?? "",
      buttons,
      ticked: boxes.filter((box) => box.defaultChecked).map((box) => box.name),
      links: [...document.links].filter(shown).map((link) => new URL(link.href).pathname),
      forms: [...new Set(fields.filter((field) => field.name && shown(field)).map((field) => field.name))],
      hints: [...document.querySelectorAll("link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch], link[rel~=preload], link[rel~=modulepreload], link[rel~=prerender]")]
        .map(({ href }) => href)
        .concat([...document.querySelectorAll("[ping]")].map((link) => `ping ${link.getAttribute("ping")}`)),
      notice: titles.includes(given.title),
      width: document.documentElement.scrollWidth - innerWidth,
    },
  };
}
