"use strict";

// Each shortcut is a link of the list that the page has, so both do the same. One that is typed into a
// field is what is typed; with Ctrl, Alt or Meta it is the browser's.
const list = document.querySelector("[data-keys]");
const keys = new Map();
for (const link of list.querySelectorAll("[data-key]")) {
  keys.set(link.dataset.key, link);
}
list.hidden = false;

const show = () => {
  list.open = !list.open;
  if (list.open) {
    list.querySelector("summary").focus();
    list.scrollIntoView({ block: "nearest" });
  }
};

const search = () => {
  const field = document.getElementById("find");
  field?.focus();
  field?.select();
  return Boolean(field);
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
    return;
  }
  if (target.isContentEditable || target.matches("input, select, textarea")) {
    return;
  }
  if (key === "?") {
    show();
  } else if (key === "/" && search()) {
    // The field has the focus now.
  } else if (keys.has(key)) {
    keys.get(key).click();
  } else {
    return;
  }
  event.preventDefault();
});
