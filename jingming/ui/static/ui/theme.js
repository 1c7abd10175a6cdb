// Theme, contrast and density as this person last chose them on this browser. Loaded first and not as a module, so that
// the page is never painted in the wrong one. Without a choice (or without scripts) the system's own setting holds.
(() => {
  const root = document.documentElement;
  const attributes = { theme: "data-bs-theme", contrast: "data-contrast", density: "data-density" };

  const remembered = (what) => {
    try {
      return localStorage.getItem(`jingming.${what}`) || "";
    } catch {
      return ""; // storage is switched off
    }
  };

  const apply = (what, value) => {
    if (value && value !== "auto" && value !== "comfortable") root.setAttribute(attributes[what], value);
    else root.removeAttribute(attributes[what]);
  };

  const defaults = { theme: "auto", contrast: "auto", density: "comfortable" };

  const mark = (what) => {
    const chosen = remembered(what) || defaults[what];
    for (const button of document.querySelectorAll(`[data-set-${what}]`)) {
      button.setAttribute("aria-pressed", String(button.getAttribute(`data-set-${what}`) === chosen));
    }
  };

  root.classList.add("with-scripts");
  for (const what of Object.keys(attributes)) apply(what, remembered(what));

  document.addEventListener("DOMContentLoaded", () => Object.keys(attributes).forEach(mark));
  document.addEventListener("click", (event) => {
    for (const what of Object.keys(attributes)) {
      const button = event.target.closest(`[data-set-${what}]`);
      if (!button) continue;
      const value = button.getAttribute(`data-set-${what}`);
      try {
        localStorage.setItem(`jingming.${what}`, value);
      } catch {
        // the choice then lasts for this page only
      }
      apply(what, value);
      mark(what);
      button.setAttribute("aria-pressed", "true");
    }
  });
  window.addEventListener("storage", (event) => {
    const what = (event.key || "").replace("jingming.", "");
    if (what in attributes) {
      apply(what, event.newValue || "");
      mark(what);
    }
  });
})();
