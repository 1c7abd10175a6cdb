// Single keys. data-key="n" on a link, button or choice activates it, on a field jumps into it; ? shows the sheet of all
// keys. Combinations are written out: "Shift+A". data-everywhere on an element or around it puts its key into that part of
// the sheet; <template data-keys> with <kbd>key</kbd>words lines tells of keys that a module of the page listens for itself.
// Silent while somebody types, while an input method composes, while Ctrl, Alt or ⌘ is held; an open dialog has only its own.
const sheet = document.getElementById("keys");

const typing = (target) =>
  target.isContentEditable || (target.matches?.("input, textarea, select") && !target.matches("[type=checkbox], [type=radio]"));

const reachable = (element) => !element.disabled && element.getClientRects().length > 0;

const wordsFor = (element) => {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, svg, .side-count")) extra.remove();
  return element.getAttribute("aria-label") || copy.textContent.trim();
};

// "?" needs Shift on most keyboards and none on others: for signs the sign itself is the combination
const matches = (element, event) => {
  const parts = element.dataset.key.split("+");
  const key = (parts.pop() || "+").toLowerCase();
  if (key !== event.key.toLowerCase()) return false;
  const letter = key.length > 1 || key !== key.toUpperCase();
  return !letter || parts.includes("Shift") === event.shiftKey;
};

const line = (list, key, words) => {
  const term = document.createElement("dt");
  const sign = document.createElement("kbd");
  sign.className = "key";
  sign.textContent = key;
  term.append(sign);
  const meaning = document.createElement("dd");
  meaning.textContent = words;
  list.append(term, meaning);
};

const shownAs = (key) => key.replace("Shift+", "⇧ ").toUpperCase();

const showSheet = () => {
  if (!sheet || document.querySelector("dialog[open]")) return;
  const here = sheet.querySelector("[data-part=here]");
  const everywhere = sheet.querySelector("[data-part=everywhere]");
  here.replaceChildren();
  everywhere.replaceChildren();
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key) || !reachable(element)) continue;
    seen.add(element.dataset.key);
    line(element.closest("[data-everywhere]") ? everywhere : here, shownAs(element.dataset.key), wordsFor(element));
  }
  for (const told of document.querySelectorAll("template[data-keys]")) {
    for (const sign of told.content.querySelectorAll("kbd")) {
      line(told.hasAttribute("data-everywhere") ? everywhere : here, sign.textContent, sign.nextSibling?.textContent.trim() || "");
    }
  }
  if (document.querySelector("form[data-once]")) line(here, "Ctrl ↵", sheet.dataset.submit);
  if (document.getElementById("palette")) line(everywhere, "Ctrl K", sheet.dataset.palette);
  line(everywhere, "?", sheet.dataset.sheet);
  line(everywhere, "Esc", sheet.dataset.close);
  sheet.querySelector("[data-when-here]").hidden = !here.children.length;
  sheet.showModal();
};

document.addEventListener("keydown", (event) => {
  // keyCode 229 is what a composing input method sends where isComposing is not set yet
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || !event.key) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (event.key === "?" && !dialog) {
    event.preventDefault();
    showSheet();
    return;
  }
  for (const element of (dialog || document).querySelectorAll("[data-key]")) {
    if (!matches(element, event) || !reachable(element)) continue;
    event.preventDefault();
    if (!element.matches("[data-open-palette]")) element.focus();
    if (element.matches("a, button, summary, [type=radio], [type=checkbox], [data-open-palette]")) element.click();
    else element.select?.();
    return;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) {
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    showSheet();
  } else if (event.target.matches("dialog.sheet[open]:not(.palette)")) event.target.close(); // the backdrop
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
});
