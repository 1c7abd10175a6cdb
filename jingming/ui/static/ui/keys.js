// Single keys. data-key="n" on a link, button or choice activates it, on a field jumps into it; ? shows the sheet of all keys.
// Silent while somebody types, while an input method composes, while a modifier is held and while a dialog is open.
const sheet = document.getElementById("keys");

const typing = (target) =>
  target.isContentEditable || (target.matches("input, textarea, select") && !target.matches("[type=checkbox], [type=radio]"));

const reachable = (element) => !element.disabled && element.getClientRects().length > 0;

const wordsFor = (element) => {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, svg, .side-count")) extra.remove();
  return element.getAttribute("aria-label") || copy.textContent.trim();
};

const showSheet = () => {
  if (!sheet || sheet.open) return;
  const list = sheet.querySelector(".sheet-keys");
  list.replaceChildren();
  const line = (key, words) => {
    const term = document.createElement("dt");
    const sign = document.createElement("kbd");
    sign.className = "key";
    sign.textContent = key;
    term.append(sign);
    const meaning = document.createElement("dd");
    meaning.textContent = words;
    list.append(term, meaning);
  };
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key) || !reachable(element)) continue;
    seen.add(element.dataset.key);
    line(element.dataset.key.toUpperCase(), wordsFor(element));
  }
  if (document.querySelector("form[data-once]")) line("Ctrl ↵", sheet.dataset.submit);
  line("?", sheet.dataset.sheet);
  sheet.showModal();
};

document.addEventListener("keydown", (event) => {
  // keyCode 229 is what a composing input method sends where isComposing is not set yet
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showSheet();
    return;
  }
  const wanted = event.key.toLowerCase();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (element.dataset.key.toLowerCase() !== wanted || !reachable(element)) continue;
    event.preventDefault();
    element.focus();
    if (element.matches("a, button, summary, [type=radio], [type=checkbox]")) element.click();
    else element.select?.();
    return;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) showSheet();
  else if (event.target === sheet) sheet.close(); // the backdrop
});
