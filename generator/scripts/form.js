// Tells the service how many seconds a form took to fill in: programs take none. A no that is due goes
// first, since a box in the form may be a new yes. Where visits are counted: what became of the form, by
// the names of its fields, never by what was typed.
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
  if (typeof choice === "object") follow(form);
}

function follow(form) {
  const name = form.id.slice(6); // "form--" is before it
  const wrong = [...form.querySelectorAll("[aria-invalid]")];
  const steps = wrong.map(({ id }) => `${name}/error/${id.slice(form.id.length + 1)}`);
  let begun = wrong.length;
  let left = "";
  form.addEventListener("change", ({ target }) => {
    if (!begun) steps.push(`${name}/started`);
    begun = 1;
    left = `${name}/left/${target.name}`;
  });
  form.addEventListener("submit", () => (left = ""));
  const others = choice.forms;
  choice.forms = (away) => {
    if (away && left) steps.push(left);
    if (away) left = "";
    return [...(others?.(away) ?? []), ...steps.splice(0)];
  };
}
