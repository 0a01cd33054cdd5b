// Runs in every page before its own scripts, and tells the audit what they do. It says so on the
// console, which both browsers carry to us in order. Chromium carries nothing of a page that is going away
// but what is written to its storage, so it says so there, too, and takes it away again.
"use strict";

(() => {
  const SECRET = "__SECRET__";
  const say = console.debug.bind(console);
  const text = JSON.stringify.bind(JSON);
  // The innermost script with an address: ours has none. "at f (https://a.example/x.js:1:2)" in
  // Chromium, "f@https://a.example/x.js:1:2" in Firefox.
  const Trace = Error;
  const caller = () => (/(?:https?|blob):[^\s)]*:\d+:\d+/.exec(new Trace().stack ?? "") ?? [""])[0];
  const { setItem, removeItem } = Storage.prototype;
  let leaving = false;

  function tell(what, detail = "") {
    const told = text([what, String(detail).slice(0, 200), caller()]);
    say(SECRET + told);
    if (!leaving) return;
    try {
      setItem.call(sessionStorage, SECRET, told);
      removeItem.call(sessionStorage, SECRET);
    } catch {
      // It may keep nothing.
    }
  }

  /** Calls of `name` on `owner` are told as `what`; `detail` makes words of the arguments. */
  function watch(owner, name, what, detail = () => "", when = () => true) {
    const own = owner && Object.getOwnPropertyDescriptor(owner, name);
    if (!own || typeof own.value !== "function") return;
    const before = own.value;
    const after = function (...given) {
      const told = when() ? detail.call(this, ...given) : "";
      if (what && when()) tell(what, told);
      return new.target ? Reflect.construct(before, given, new.target) : Reflect.apply(before, this, given);
    };
    Object.defineProperty(after, "name", { value: name });
    if (before.prototype) after.prototype = before.prototype;
    Object.setPrototypeOf(after, before);
    Object.defineProperty(owner, name, { ...own, value: after });
  }

  /** Reading (or writing) the property is told. */
  function watchGet(owner, name, what) {
    const own = owner && Object.getOwnPropertyDescriptor(owner, name);
    if (!own?.get) return;
    Object.defineProperty(owner, name, { ...own, get() { tell(what); return own.get.call(this); } });
  }
  function watchSet(owner, name, what) {
    const own = owner && Object.getOwnPropertyDescriptor(owner, name);
    if (!own?.set) return;
    Object.defineProperty(owner, name, { ...own, set(value) { tell(what, value); own.set.call(this, value); } });
  }

  const proto = (name) => globalThis[name]?.prototype;

  // What a browser can be made to keep.
  watchSet(proto("Document"), "cookie", "document.cookie");
  watch(proto("CookieStore"), "set", "cookieStore.set", (name) => name?.name ?? name);
  watch(proto("Storage"), "setItem", "Storage.setItem", function (key, value) {
    return `${this === globalThis.sessionStorage ? "sessionStorage" : "localStorage"} ${key} ${value}`;
  });
  watch(proto("IDBFactory"), "open", "indexedDB.open", (name) => name);
  watch(proto("CacheStorage"), "open", "caches.open", (name) => name);
  watch(proto("StorageManager"), "getDirectory", "storage.getDirectory");
  watch(proto("ServiceWorkerContainer"), "register", "serviceWorker.register", (url) => url);

  // Other ways out than fetch.
  for (const name of ["Worker", "SharedWorker", "WebSocket", "EventSource", "WebTransport",
    "RTCPeerConnection", "BroadcastChannel"]) watch(globalThis, name, `new ${name}`, (url) => url);
  const whole = (asked) => new URL(asked?.url ?? asked, document.baseURI).href;
  const address = (asked) => URL.canParse(asked?.url ?? asked, document.baseURI) ? whole(asked) : asked;
  watch(proto("Navigator"), "sendBeacon", "navigator.sendBeacon", address);
  watch(globalThis, "fetch", "fetch on leaving", address, () => leaving);

  // What tells one browser from another.
  const canvas = proto("HTMLCanvasElement");
  for (const name of ["toDataURL", "toBlob"]) watch(canvas, name, `canvas.${name}`);
  for (const name of ["getImageData", "measureText"])
    watch(proto("CanvasRenderingContext2D"), name, `canvas.${name}`);
  for (const name of ["WebGLRenderingContext", "WebGL2RenderingContext"])
    for (const call of ["getParameter", "getExtension", "readPixels"]) watch(proto(name), call, `webgl.${call}`);
  for (const name of ["AudioContext", "OfflineAudioContext"]) watch(globalThis, name, `new ${name}`);
  watch(proto("Navigator"), "getBattery", "navigator.getBattery");
  watch(proto("Navigator"), "getGamepads", "navigator.getGamepads");
  for (const name of ["plugins", "mimeTypes", "hardwareConcurrency", "deviceMemory", "languages",
    "connection", "userAgentData"]) watchGet(proto("Navigator"), name, `navigator.${name}`);
  watch(proto("FontFaceSet"), "check", "fonts.check", (font) => font);
  watch(globalThis, "queryLocalFonts", "queryLocalFonts");
  const several = (most, what) => {
    const seen = new Set();
    return (each) => {
      if (!seen.has(each) && seen.add(each).size === most) tell(what);
    };
  };
  const SYSTEM = /\b(?:accentcolor(?:text)?|activetext|buttonborder|buttonface|buttontext|canvas(?:text)?|field(?:text)?|graytext|highlight(?:text)?|linktext|mark(?:text)?|selecteditem(?:text)?|visitedtext|activeborder|activecaption|appworkspace|background|captiontext|infobackground|infotext|menu(?:text)?|scrollbar|threed\w+|window(?:frame|text)?)\b/gi;
  const colourOf = several(6, "system colours");
  // Whoever shows text in many families, one after another, measures which of them there are.
  const fontOf = several(8, "fonts.width");
  const family = (style) => {
    const found = /font(?:-family)?\s*:\s*([^;]+)/.exec(style ?? "");
    if (found) fontOf(found[1]);
    for (const [colour] of (style ?? "").matchAll(SYSTEM)) colourOf(colour.toLowerCase());
  };
  new MutationObserver((records) => {
    for (const { type, oldValue, target, addedNodes } of records) {
      if (type === "attributes") [oldValue, target.getAttribute("style")].forEach(family);
      for (const node of addedNodes) if (node.getAttribute) family(node.getAttribute("style"));
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["style"], attributeOldValue: true });
  watch(proto("SVGTextContentElement"), "getComputedTextLength", "", function () { fontOf(getComputedStyle(this).fontFamily); });
  const mediaOf = several(6, "matchMedia of many features");
  watch(globalThis, "matchMedia", "", (query) => {
    for (const [, name] of String(query).matchAll(/\(\s*(?:min-|max-)?([\w-]+)/g)) mediaOf(name);
  });
  for (const name of ["convertToBlob"]) watch(proto("OffscreenCanvas"), name, `canvas.${name}`);
  watch(proto("OffscreenCanvasRenderingContext2D"), "getImageData", "canvas.getImageData");
  watch(proto("GPU"), "requestAdapter", "webgpu.requestAdapter");
  watch(proto("MediaDevices"), "enumerateDevices", "mediaDevices.enumerateDevices");
  watch(proto("Geolocation"), "getCurrentPosition", "geolocation.getCurrentPosition");
  watch(proto("Permissions"), "query", "permissions.query", (asked) => asked?.name);
  watch(proto("SpeechSynthesis"), "getVoices", "speechSynthesis.getVoices");
  watch(proto("StorageManager"), "estimate", "storage.estimate");
  watch(proto("HTMLMediaElement"), "canPlayType", "media.canPlayType");
  for (const name of ["MediaSource", "ManagedMediaSource", "MediaRecorder"])
    watch(globalThis[name], "isTypeSupported", `${name}.isTypeSupported`);
  for (const name of ["decodingInfo", "encodingInfo"]) watch(proto("MediaCapabilities"), name, `mediaCapabilities.${name}`);
  watch(proto("Navigator"), "requestMediaKeySystemAccess", "navigator.requestMediaKeySystemAccess");
  for (const name of Object.getOwnPropertyNames(Intl)) {
    if (Intl[name].prototype) watch(Intl[name].prototype, "resolvedOptions", `Intl.${name}.resolvedOptions`);
  }
  watch(Date.prototype, "getTimezoneOffset", "Date.getTimezoneOffset");

  // What a browser asks its user to allow, or gives on a click.
  watch(globalThis.Notification, "requestPermission", "Notification.requestPermission");
  watch(proto("StorageManager"), "persist", "storage.persist");
  watch(proto("PushManager"), "subscribe", "push.subscribe");
  watch(proto("Geolocation"), "watchPosition", "geolocation.watchPosition");
  for (const name of ["read", "readText"]) watch(proto("Clipboard"), name, `clipboard.${name}`);
  for (const name of ["getUserMedia", "getDisplayMedia"]) watch(proto("MediaDevices"), name, `mediaDevices.${name}`);
  for (const name of ["requestStorageAccess", "requestStorageAccessFor"]) watch(proto("Document"), name, `document.${name}`);
  for (const [owner, name] of [["USB", "requestDevice"], ["HID", "requestDevice"], ["Serial", "requestPort"],
    ["Bluetooth", "requestDevice"], ["IdleDetector", "requestPermission"], ["WakeLock", "request"]])
    watch(owner === "IdleDetector" ? globalThis[owner] : proto(owner), name, `${owner}.${name}`);
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (/^device(motion|orientation|light|proximity)/.test(type)) tell("sensor", type);
    return listen.call(this, type, ...rest);
  };

  listen.call(globalThis, "pagehide", () => { leaving = true; }, true);
  listen.call(globalThis, "pageshow", () => { leaving = false; }, true);
  listen.call(document, "securitypolicyviolation", (event) =>
    tell("violation", `${event.effectiveDirective} ${event.blockedURI}`));
})();
