// Preview as a browser that signals: says so before any script of the page asks.
"use strict";

Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { configurable: true, get: () => true });
document.currentScript.remove();
