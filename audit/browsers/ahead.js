// Puts a page's clock ahead by so many milliseconds.
"use strict";

(() => {
  const Real = Date;
  const now = () => Real.now() + __AHEAD__;
  globalThis.Date = class Date extends Real {
    constructor(...given) {
      super(...(given.length ? given : [now()]));
    }
    static now() {
      return now();
    }
  };
})();
