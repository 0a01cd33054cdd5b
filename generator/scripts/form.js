// Tells the service how many seconds a form took to fill in: programs take none.
"use strict";

for (const field of document.querySelectorAll('input[name="seconds"]')) {
  const before = Number(field.value); // a form that came back with errors has run before
  const shown = performance.now();
  field.form.addEventListener("submit", () => {
    field.value = Math.round(before + (performance.now() - shown) / 1000);
  });
}
