// A queue that is looked at: rows that changed are fetched anew in their places, rows that left are greyed and stay, new
// ones wait behind a pill until somebody asks for them. Nothing moves by itself.
import { settle, cursor } from "./queue_keys.js";
import { show } from "./queue_selection.js";

const form = document.querySelector("form.queue[data-rows]");
const pill = document.querySelector("[data-pill]");
const trouble = document.querySelector("[data-trouble]");
const APART = 400;
const MOST = 99;

const changed = new Set();
let missed = false; // something was: ask also for what is newer than the first row
let waiting = 0;
let asking = false;
const fresh = new Map(); // id → {at, html}, behind the pill

const rowOf = (id) => form.querySelector(`tr[data-order="${id}"]`);

const rowFrom = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("tr");
};

const replace = (old, html) => {
  const row = rowFrom(html);
  const focused = old.contains(document.activeElement) ? document.activeElement.tagName : "";
  if (old.hasAttribute("data-cursor")) row.setAttribute("data-cursor", "");
  old.replaceWith(row);
  if (focused) row.querySelector(focused === "INPUT" ? "input" : "a.mono").focus({ preventScroll: true });
};

const leave = (row) => {
  if (row.hasAttribute("data-left")) return;
  row.setAttribute("data-left", "");
  const word = document.createElement("span");
  word.className = "chip left-word";
  word.textContent = form.dataset.left;
  (row.querySelector(".fill") || row.cells[row.cells.length - 1]).prepend(word, " ");
};

const showPill = () => {
  const words = fresh.size === 1 ? pill.dataset.one : pill.dataset.many.replace("#", fresh.size >= MOST ? `${MOST}+` : fresh.size);
  pill.querySelector(".pill-words").textContent = words;
  pill.hidden = fresh.size === 0;
};

const ask = async () => {
  waiting = 0;
  if (document.hidden || asking || (!changed.size && !missed)) return;
  asking = true;
  const ids = [...changed].slice(0, MOST);
  const all = missed;
  const query = new URLSearchParams();
  const shown = all ? [...form.querySelectorAll("tr[data-order]")].map((row) => Number(row.dataset.order)) : [];
  for (const id of new Set([...ids, ...shown].slice(0, MOST))) query.append("id", id);
  if (all && form.dataset.mark !== undefined) query.set("mark", form.dataset.mark);
  try {
    const answer = await fetch(`${form.dataset.rows}&${query}`, { headers: { accept: "application/json", "Jingming-Background": "yes" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const { rows, gone } = await answer.json();
    for (const id of ids) changed.delete(id);
    missed = missed && !all;
    for (const row of rows) {
      const old = rowOf(row.id);
      if (old) replace(old, row.html);
      else fresh.set(row.id, row);
    }
    for (const id of gone) {
      fresh.delete(id);
      if (rowOf(id)) leave(rowOf(id));
    }
    trouble.classList.remove("trouble-on");
    settle();
    show();
    showPill();
  } catch {
    trouble.classList.add("trouble-on");
  }
  asking = false;
  if (changed.size || missed) soon(4000);
};

const soon = (wait = APART) => {
  if (!waiting) waiting = setTimeout(ask, wait);
};

const bring = () => {
  const body = form.querySelector("tbody");
  if (!body) return location.reload(); // the queue was empty: its table comes with the page
  const top = [...fresh.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.id - a.id));
  body.prepend(...top.map((one) => rowFrom(one.html)));
  for (const row of [...body.rows].slice(0, top.length)) row.setAttribute("data-fresh", "");
  fresh.clear();
  settle();
  show();
  showPill();
  (cursor()?.querySelector("a.mono") || body.querySelector("a.mono")).focus({ preventScroll: true });
  return undefined;
};

if (form) {
  document.addEventListener("jingming:changed", (event) => {
    if (event.detail?.kind !== "workorders.WorkOrder") return;
    changed.add(Number(event.detail.id));
    soon();
  });
  document.addEventListener("jingming:reload", () => {
    missed = true;
    soon();
  });
  document.addEventListener("visibilitychange", () => !document.hidden && (changed.size || missed) && soon());
  pill.addEventListener("click", bring);
  // another queue, filter or page is on its way: the shape of what comes
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".queue-tabs a, .filters a, .queue .pager a, .queue thead a");
    if (link && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      form.setAttribute("data-waiting", "");
    }
  });
}
