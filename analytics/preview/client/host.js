// What the preview shows is in a shadow tree behind <body>: no style of the page reaches it, and none
// of its own reaches the page.

export const ours = document.createElement("plainsite-preview");
const root = ours.attachShadow({ mode: "open" });

// The page's rules for an element go before those of a shadow tree for its host, unless it says so.
const look = { all: "initial", position: "fixed", inset: "auto 0 0 0", "z-index": "2147483647", "pointer-events": "none" };
for (const [name, value] of Object.entries(look)) ours.style.setProperty(name, value, "important");

const styles = document.createElement("link");
styles.rel = "stylesheet";
styles.href = "/_preview/client/preview.css";
const inner = document.createElement("div");
inner.className = "preview";
inner.hidden = true;
root.append(styles, inner);
const styled = new Promise((done) => styles.addEventListener("load", done));

/** The element that everything goes into. */
export const place = inner;

/** Shows it, once it looks as it is meant to. */
export const reveal = () =>
  styled.then(() => {
    inner.hidden = false;
  });

/** An element with attributes and children; a property where the name begins with a dot. */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith(".")) made[key.slice(1)] = value;
    else if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
