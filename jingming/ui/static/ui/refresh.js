// Pieces of a page that are fetched anew when a row changes:
//   <section id="x" data-live="workorders.WorkOrder:7">      the piece itself, out of the page's own address
//   data-live-url="/…"                                       … or out of another
//   data-live-parts=".page-content, .page-aside"             these pieces of the page instead of the element itself
//   data-live-keep                                           left as it is while a page around it is renewed
//   data-live-quiet                                          not announced, not tinted
// Only what differs is touched: focus, scrolling and open <details> stay, and so does every form somebody is filling in.
import { toast } from "./toasts.js";

const live = document.getElementById("live");
const GATHER = 150; // changes that come together are fetched together
const AT_MOST_EVERY = 500;
const TINTED = 6000;
const OWN = new Set(["open", "aria-expanded", "data-busy", "data-dirty"]); // attributes that belong to whoever looks

// --- What must not be touched ---------------------------------------------------------------------------------------
const changed = (control) =>
  control.type !== "hidden" &&
  (control.options
    ? [...control.options].some((option) => option.selected !== option.defaultSelected) && control.selectedIndex > 0
    : (control.defaultValue !== undefined && control.type !== "checkbox" && control.type !== "radio" && control.value !== control.defaultValue) ||
      (control.defaultChecked !== undefined && control.checked !== control.defaultChecked));

const beingFilledIn = (form) =>
  (form.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, [contenteditable]")) ||
  [...form.elements].some(changed);

const kept = (node) =>
  node.nodeType === Node.ELEMENT_NODE && (node.matches("[data-live-keep]") || (node.matches("form") && beingFilledIn(node)));

const holdsKept = (node) => kept(node) || [...(node.querySelectorAll?.("form, [data-live-keep]") || [])].some(kept);

// --- Making the old like the new ------------------------------------------------------------------------------------
const alike = (one, other) => (one.id && one.nodeName === other.nodeName && one.id === other.id) || one.isEqualNode(other);
const related = (one, other) => one.nodeName === other.nodeName && (one.id || "") === (other.id || "");

// The longest common run of children, as pairs of positions.
const common = (olds, wanted) => {
  const length = Array.from({ length: olds.length + 1 }, () => new Uint16Array(wanted.length + 1));
  const same = olds.map((one) => wanted.map((other) => alike(one, other)));
  for (let i = olds.length - 1; i >= 0; i--)
    for (let j = wanted.length - 1; j >= 0; j--)
      length[i][j] = same[i][j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < olds.length && j < wanted.length; )
    if (same[i][j]) pairs.push([i++, j++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  return pairs;
};

const renew = (old, wanted, news) => {
  if (old.isEqualNode(wanted) || kept(old)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = wanted.nodeValue;
    news.add(old.parentElement);
    return;
  }
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name) && !OWN.has(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) if (!OWN.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  align(old, wanted, news);
};

export const align = (before, after, news = new Set()) => {
  const olds = [...before.childNodes];
  const wanted = [...after.childNodes];
  let i = 0;
  let j = 0;
  for (const [oldEnd, wantedEnd] of [...common(olds, wanted), [olds.length, wanted.length]]) {
    while (i < oldEnd || j < wantedEnd) {
      if (i < oldEnd && j < wantedEnd && related(olds[i], wanted[j])) renew(olds[i++], wanted[j++], news);
      else if (j < wantedEnd) {
        const fresh = document.importNode(wanted[j++], true);
        before.insertBefore(fresh, olds[i] || null);
        if (fresh.nodeType === Node.ELEMENT_NODE) {
          window.htmx?.process(fresh);
          news.add(fresh);
        } else if (fresh.nodeValue.trim()) news.add(before);
      } else {
        const gone = olds[i++];
        if (!holdsKept(gone)) gone.remove();
      }
    }
    if (oldEnd < olds.length) renew(olds[i++], wanted[j++], news);
  }
  return news;
};

// Each answer carries new tokens of the same worth: they are no news.
const settle = (page) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (token) for (const field of page.querySelectorAll("[name=csrfmiddlewaretoken]")) field.setAttribute("value", token);
};

// --- Fetching -------------------------------------------------------------------------------------------------------
const piecesOf = (carrier) => {
  const parts = carrier.dataset.liveParts;
  if (!parts) return [[carrier, (page) => page.getElementById(carrier.id)]];
  return parts.split(",").map((part) => [document.querySelector(part), (page) => page.querySelector(part)]);
};

const bring = async (url, carriers) => {
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: "text/html", "Jingming-Background": "yes" }, redirect: "manual" });
  } catch {
    return; // the desk cannot be reached; the stream will say so, and that everything is to be fetched anew
  }
  if (answer.status === 404) toast(document.getElementById("toasts")?.dataset.gone);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  settle(page);
  for (const carrier of carriers) {
    const news = new Set();
    for (const [old, find] of piecesOf(carrier)) {
      const wanted = find(page);
      if (old && wanted) align(old, wanted, news);
    }
    if (!carrier.hasAttribute("data-live-quiet")) show(news);
  }
};

const show = (news) => {
  const seen = [...news].filter((one) => one?.isConnected && !one.closest("[data-live-quiet], [hidden], script"));
  if (!seen.length) return;
  for (const one of seen) {
    one.classList.add("fresh");
    setTimeout(() => one.classList.remove("fresh"), TINTED);
  }
  const said = live?.querySelector("[data-news]");
  if (!said) return;
  said.textContent = "";
  setTimeout(() => (said.textContent = live.dataset.changed), 100); // the same words again are only read out if they went
};

// --- When -----------------------------------------------------------------------------------------------------------
const waiting = new Set();
const fetched = new Map(); // address → when
const busy = new Set();
let timer = 0;

const addressOf = (carrier) => new URL(carrier.dataset.liveUrl || location.href.split("#")[0], location.href).href;

const want = (carriers) => {
  for (const carrier of carriers) waiting.add(addressOf(carrier));
  if (waiting.size && !timer && !document.hidden) timer = setTimeout(fetchDue, GATHER);
};

const fetchDue = () => {
  timer = 0;
  const now = performance.now();
  for (const url of waiting) {
    if (busy.has(url) || now - (fetched.get(url) ?? -AT_MOST_EVERY) < AT_MOST_EVERY) continue;
    waiting.delete(url);
    fetched.set(url, now);
    busy.add(url);
    const carriers = [...document.querySelectorAll("[data-live]")].filter((one) => addressOf(one) === url);
    bring(url, carriers).finally(() => busy.delete(url));
  }
  if (waiting.size) timer = setTimeout(fetchDue, GATHER);
};

document.addEventListener("jingming:changed", (event) => {
  const row = `${event.detail.kind}:${event.detail.id}`;
  want([...document.querySelectorAll("[data-live]")].filter((one) => one.dataset.live.split(" ").includes(row)));
});
document.addEventListener("jingming:reload", () => want(document.querySelectorAll("[data-live]")));
document.addEventListener("visibilitychange", () => want([]));
