// Where somebody was on a page that is loaded again: how far down, what was open, what was typed. It
// is kept in the entry of the browser's history, which nothing outlives.

const FIELDS = "input:not([type=password], [type=file], [type=hidden]), textarea, select";
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

const all = (selector) => [...document.querySelectorAll(selector)];
const nameOf = (field) => `${field.form?.action} ${field.name} ${field.type}`;
const isChecked = (field) => field.type === "checkbox" || field.type === "radio";

function stateOf(field) {
  if (isChecked(field)) return field.checked;
  return field.multiple && field.options ? [...field.options].map((each) => each.selected) : field.value;
}

function put(field, state) {
  if (isChecked(field)) field.checked = state;
  else if (Array.isArray(state)) state.forEach((selected, at) => field.options[at] && (field.options[at].selected = selected));
  else field.value = state;
}

/** Call it before the page is loaded again. */
export function keep() {
  const active = document.activeElement;
  const places = {
    scroll: [scrollX, scrollY],
    open: all("details").map((each) => each.open),
    fields: all(FIELDS).map((each) => [nameOf(each), stateOf(each)]),
    focus: all(FOCUSABLE).indexOf(active),
    selection: "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null,
  };
  history.replaceState({ preview: places, before: history.state }, "");
}

/** Call it when the page is there again. */
export function restore() {
  const places = history.state?.preview;
  if (!places) return;
  history.replaceState(history.state.before, "");
  all("details").forEach((each, at) => {
    each.open = places.open[at] ?? each.open;
  });
  all(FIELDS).forEach((each, at) => {
    const [name, state] = places.fields[at] ?? [];
    if (name === nameOf(each)) put(each, state);
  });
  const focus = all(FOCUSABLE)[places.focus];
  focus?.focus({ preventScroll: true });
  // Of an address or a number, no part can be selected.
  if (places.selection?.[0] != null && focus?.selectionStart != null) focus.setSelectionRange(...places.selection);
  scrollTo({ left: places.scroll[0], top: places.scroll[1], behavior: "instant" });
}
