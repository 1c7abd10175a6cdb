// Forms. data-once: a form is sent once, however often the button is pressed, and Ctrl+Enter sends it
// (the only one of a page also from outside it).
// data-guard: leaving with unsaved input asks first. Pages work the same without this; the server decides.
const busy = (form, on) => {
  form.toggleAttribute("data-busy", on);
  for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", String(on));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.hasAttribute("data-busy")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.removeAttribute("data-dirty");
  // after the browser has collected the fields, the pressed button's own value included
  setTimeout(() => !event.defaultPrevented && busy(form, true));
});

// the page comes back from the history with its forms still marked as sent
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => busy(form, false)));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const all = document.querySelectorAll("main form[data-once]");
  const form = event.target.closest?.("form[data-once]") || (!event.target.closest?.("form") && all.length === 1 && all[0]);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit].btn-primary, button[type=submit]"));
});

document.addEventListener("input", (event) => event.target.form?.matches("[data-guard]") && event.target.form.setAttribute("data-dirty", ""));
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
});
