"use strict";

document.querySelector("[data-find]").addEventListener("input", ({ target }) => {
  for (const each of document.querySelectorAll(".names > li")) {
    each.hidden = !each.textContent.toLowerCase().includes(target.value.toLowerCase());
  }
});
