// Theme, contrast and density. The page of somebody signed in comes as that person likes it: the server has put it on
// <html>, and a choice in the menu shows at once and is sent to be kept. On pages without a person this browser's own
// choice holds; loaded first and not as a module, so that the page is never painted in the wrong one.
(() => {
  const root = document.documentElement;
  const attributes = { theme: "data-bs-theme", contrast: "data-contrast", density: "data-density" };
  const usual = { theme: "auto", contrast: "auto", density: "comfortable" };
  const person = root.dataset.person;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("jingming.look") : null;

  const kept = (what) => {
    try {
      return localStorage.getItem(`jingming.${what}`) || "";
    } catch {
      return ""; // storage is switched off
    }
  };

  const apply = (what, value) => {
    if (value && value !== usual[what]) root.setAttribute(attributes[what], value);
    else root.removeAttribute(attributes[what]);
  };

  const mark = (what) => {
    const chosen = root.getAttribute(attributes[what]) || usual[what];
    for (const button of document.querySelectorAll(`[data-set-${what}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-set-${what}`) === chosen));
    }
  };

  const show = (what, value) => {
    apply(what, value);
    mark(what);
  };

  const send = async (form, what, value) => {
    const told = new FormData(form);
    told.set(what, value);
    let status = 0;
    try {
      status = (await fetch(form.action, { method: "POST", body: told, headers: { "HX-Request": "true" } })).status;
    } catch {
      document.dispatchEvent(new CustomEvent("htmx:sendError"));
    }
    if (status >= 400) document.dispatchEvent(new CustomEvent("htmx:responseError", { detail: { xhr: { status } } }));
  };

  root.classList.add("with-scripts");
  if (!person) for (const what of Object.keys(attributes)) apply(what, kept(what));
  document.addEventListener("DOMContentLoaded", () => Object.keys(attributes).forEach(mark));

  document.addEventListener("click", (event) => {
    for (const what of Object.keys(attributes)) {
      const button = event.target.closest(`[data-set-${what}]`);
      if (!button) continue;
      event.preventDefault();
      const value = button.getAttribute(`data-set-${what}`);
      show(what, value);
      if (person && button.form) send(button.form, what, value);
      else {
        try {
          localStorage.setItem(`jingming.${what}`, value);
        } catch {
          // the choice then lasts for this page only
        }
      }
      channel?.postMessage({ person, what, value });
    }
  });
  channel?.addEventListener("message", ({ data }) => {
    if (data?.person === person && data.what in attributes) show(data.what, String(data.value));
  });
})();
