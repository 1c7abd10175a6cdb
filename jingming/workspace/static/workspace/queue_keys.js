// Walking a queue: J and K move the cursor, X selects (Shift+X all from the last one), Enter opens, Esc lets go. The
// cursor is the focus itself: only the row under it can be reached with Tab, its number is a link that Enter follows.
import { choose, clear } from "./queue_selection.js";

const body = () => document.querySelector(".queue tbody");
const rows = () => [...(body()?.rows || [])];
let anchor = null;

export const cursor = () => document.querySelector(".queue tr[data-cursor]");

const link = (row) => row?.querySelector("a.mono");

// one row stands in the order of Tab, whichever has the cursor
export const settle = () => {
  const here = cursor() || rows()[0];
  for (const row of rows()) {
    for (const stop of row.querySelectorAll("a, input")) stop.tabIndex = row === here ? 0 : -1;
  }
};

const put = (row, { focus = true } = {}) => {
  if (!row) return;
  cursor()?.removeAttribute("data-cursor");
  row.setAttribute("data-cursor", "");
  settle();
  if (focus) {
    link(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
};

const move = (by) => {
  const all = rows();
  const at = all.indexOf(cursor());
  put(at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[Math.min(all.length - 1, Math.max(0, at + by))]);
};

const chooseHere = (whole) => {
  const here = cursor() || rows()[0];
  if (!here) return;
  if (!cursor()) put(here);
  const box = here.querySelector("[name=order]");
  const on = whole && anchor?.isConnected ? true : !box.checked;
  const all = rows();
  const [from, to] = [all.indexOf(here), whole && anchor?.isConnected ? all.indexOf(anchor) : all.indexOf(here)].sort((a, b) => a - b);
  choose(all.slice(from, to + 1).map((row) => row.querySelector("[name=order]")), on);
  anchor = here;
};

const typing = (target) =>
  target.isContentEditable || (target.matches("input, textarea, select") && !target.matches("[type=checkbox], [type=radio]"));

const DO = { j: () => move(1), k: () => move(-1), x: (event) => chooseHere(event.shiftKey) };

// before keys.js, which would not know Shift and lets no key be held down
document.addEventListener(
  "keydown",
  (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!body() || typing(event.target) || document.querySelector("dialog[open], details.menu[open]")) return;
    if (event.key === "Escape") {
      cursor()?.removeAttribute("data-cursor");
      clear();
      return;
    }
    const act = DO[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act(event);
  },
  true,
);

document.addEventListener("click", (event) => {
  const hint = event.target.closest(".hint");
  if (!hint) return;
  if (hint.dataset.move) move(Number(hint.dataset.move));
  else if ("choose" in hint.dataset) chooseHere(false);
  else if ("open" in hint.dataset) link(cursor() || rows()[0])?.click();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(".queue tbody tr");
  if (row && row !== cursor()) put(row, { focus: false });
});

settle();
