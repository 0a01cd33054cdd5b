// Tells the service how many seconds a form took to fill in: programs take none. A no that is due goes
// first, since a box in the form may be a new yes.
"use strict";

for (const field of document.querySelectorAll('input[name="seconds"]')) {
  const before = Number(field.value); // a form that came back with errors has run before
  const shown = performance.now();
  const { form } = field;
  form.addEventListener("submit", async (event) => {
    field.value = Math.round(before + (performance.now() - shown) / 1000);
    if (!document.documentElement.dataset.due) return;
    event.preventDefault();
    await Promise.race([choice.withdraw(), new Promise((later) => setTimeout(later, 3000))]);
    form.submit();
  });
}
