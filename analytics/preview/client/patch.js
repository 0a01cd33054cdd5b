// Changes a page in place: only what differs between the page as it was served and as it is served
// now, and only where the page is still as it was served. Elements that stay keep all that no HTML
// says: focus, what was typed, what is open, how far it is scrolled.
import { ours } from "./host.js";

/** What differs cannot be changed in place. */
export class Impossible extends Error {}

/** What scripts, or the browser, know more of than the HTML says. */
const ALIVE =
  "script, template, form, input, select, textarea, button, dialog, iframe, object, embed, video, audio, canvas";
const OPAQUE = new Set(["NOSCRIPT"]); // parsed in two ways, and shown in none

const leaving = new WeakSet(); // style sheets that stay until the new ones are there

const isOurs = (node) => node === ours || leaving.has(node) || (node.nodeName === "SCRIPT" && /^\/_preview\//.test(node.getAttribute("src")));
const children = (node) => [...node.childNodes].filter((child) => !isOurs(child));
const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
const isAlive = (element) =>
  element.matches(ALIVE) || element.localName.includes("-") || element.getAttributeNames().some((name) => name.startsWith("data-"));
const isSame = (one, other) => OPAQUE.has(one.nodeName) ? one.nodeName === other.nodeName : one.isEqualNode(other);

export class Patch {
  #live; // the node on the page for each node that was served
  #steps;

  /** Raises Impossible, and then nothing was changed. */
  apply(was, now) {
    this.#live = new Map();
    this.#steps = [];
    this.#pair(was.documentElement, document.documentElement);
    this.#change(was.documentElement, now.documentElement);
    for (const step of this.#steps) step();
  }

  #pair(served, live) {
    this.#live.set(served, live);
    if (OPAQUE.has(served.nodeName)) return;
    const [theirs, here] = [children(served), children(live)];
    // A script has been here: what is below differs from what was served.
    if (theirs.length !== here.length || theirs.some((node, at) => node.nodeName !== here[at].nodeName)) return;
    theirs.forEach((node, at) => this.#pair(node, here[at]));
  }

  #at(served) {
    const live = this.#live.get(served);
    if (!live) throw new Impossible();
    return live;
  }

  #change(was, now) {
    if (isSame(was, now)) return;
    const live = this.#at(was);
    if (isElement(was)) {
      this.#changeAttributes(was, now, live);
      this.#changeChildren(was, now, live);
    } else if (live.data === was.data) {
      this.#steps.push(() => {
        live.data = now.data;
      });
    } else {
      throw new Impossible();
    }
  }

  #changeAttributes(was, now, live) {
    for (const name of new Set([...was.getAttributeNames(), ...now.getAttributeNames()])) {
      const [before, after] = [was.getAttribute(name), now.getAttribute(name)];
      if (before === after) continue;
      if (live.getAttribute(name) !== before || /^(data-|on)/.test(name) || isAlive(live)) throw new Impossible();
      if (name === "href" && live.matches('link[rel~="stylesheet"]')) this.#steps.push(() => exchange(live, after));
      else if (after === null) this.#steps.push(() => live.removeAttribute(name));
      else this.#steps.push(() => live.setAttribute(name, after));
    }
  }

  #changeChildren(was, now, live) {
    const [gone, come] = [children(was), children(now)];
    while (gone.length && come.length && isSame(gone[0], come[0])) {
      gone.shift();
      come.shift();
    }
    let after = null; // what stays behind all that changes
    while (gone.length && come.length && isSame(gone.at(-1), come.at(-1))) {
      after = gone.pop();
      come.pop();
    }
    if (!gone.length && !come.length) return;
    if (live === document.documentElement && gone.length !== come.length) throw new Impossible();
    if (was.matches(ALIVE)) throw new Impossible();
    for (const node of come) {
      if (gone.length && gone[0].nodeName === node.nodeName) this.#change(gone.shift(), node);
      else this.#insert(node, live, gone[0] ?? after);
    }
    for (const node of gone) this.#remove(node);
  }

  #insert(node, parent, before) {
    lifeless(node);
    const next = before && this.#at(before);
    this.#steps.push(() => parent.insertBefore(document.importNode(node, true), next));
  }

  #remove(node) {
    lifeless(node);
    const live = this.#at(node);
    this.#steps.push(() => live.remove());
  }
}

function lifeless(node) {
  if (!isElement(node)) return;
  if ([node, ...node.querySelectorAll("*")].some(isAlive)) throw new Impossible();
}

/** A style sheet in the place of an older one, which stays until it is there: nothing flickers. */
function exchange(old, address) {
  const fresh = old.cloneNode();
  const leave = () => old.remove();
  fresh.addEventListener("load", leave);
  fresh.addEventListener("error", leave);
  fresh.setAttribute("href", address);
  leaving.add(old);
  old.after(fresh);
}
