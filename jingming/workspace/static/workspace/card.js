// The call card while somebody types: a whole telephone number is asked for at once, anything else after a short pause.
// What comes fills in only fields in which nobody has typed. Without this the button of the search field loads the page.
const PAUSE = 150;
const SHORTEST = 3;
const WHOLE = /^(?:1[3-9]\d{9}|0\d{9,11})$/;
const FILLED = ["caller_name", "caller_phone", "address"];
const find = document.querySelector("[data-card]");
const form = document.getElementById("intake-form");
const filled = new Map(); // field → what was filled in for the agent
let asking = null; // the question under way
let waiting = 0;
let shown = find?.elements.q.value.trim() || "";

const told = () => new Map([...document.querySelectorAll("[data-fills]")].map((data) => [data.dataset.fills, data.value]));

const fill = (name, value) => {
  const field = form.elements[name];
  const untouched = field.value === "" || field.value === filled.get(name);
  if (untouched && field.value !== value) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  filled.set(name, value);
};

const put = (html) => {
  const came = new DOMParser().parseFromString(html, "text/html");
  for (const piece of came.querySelectorAll("[data-region]")) document.querySelector(`[data-region="${piece.dataset.region}"]`)?.replaceWith(piece);
  const known = told();
  form.elements.customer.value = known.get("customer") || "";
  for (const name of FILLED) fill(name, known.get(name) || "");
  form.elements.asked.value = shown;
  document.querySelector(".call-bar").classList.toggle("card-done", known.has("customer"));
  document.dispatchEvent(new CustomEvent("jingming:card"));
};

const ask = async (customer = "") => {
  clearTimeout(waiting);
  asking?.abort.abort();
  const abort = new AbortController();
  shown = find.elements.q.value.trim();
  const type = form.querySelector("input[name=type]:checked")?.value || "";
  const address = `${find.dataset.card}?${new URLSearchParams({ customer, type })}`;
  const headers = { accept: "text/html", "Jingming-Asked": encodeURIComponent(shown) };
  const done = fetch(address, { signal: abort.signal, headers })
    .then(async (answer) => {
      if (answer.redirected || answer.status === 401) return location.reload(); // signed out meanwhile
      return answer.ok && put(await answer.text());
    })
    .catch((error) => error.name !== "AbortError" && console.warn(error));
  asking = { abort, done };
  await done;
};

const candidates = () => [...document.querySelectorAll("[data-choose]")];

const settle = () => {
  const { asked } = document.querySelector('[data-region="known"]').dataset; // as it may stand in an address
  const chosen = form.elements.customer.value && candidates.chosen ? { customer: form.elements.customer.value } : {};
  history.replaceState(null, "", `${find.dataset.page}?${new URLSearchParams({ q: asked, ...chosen })}`);
  (candidates()[0] || form.querySelector("input[name=type]:checked") || form.querySelector("input[name=type]")).focus();
};

const choose = async (link) => {
  candidates.chosen = true;
  await ask(link.dataset.choose);
  settle();
};

const mark = (step) => {
  const all = candidates();
  const at = all.findIndex((link) => link.hasAttribute("data-on"));
  all[at]?.removeAttribute("data-on");
  const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
  next?.setAttribute("data-on", "");
  next?.scrollIntoView({ block: "nearest" });
};

if (find) {
  for (const [name, value] of told()) filled.set(name, value);
  find.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const words = find.elements.q.value.trim();
    clearTimeout(waiting);
    if (words === shown || (words && words.length < SHORTEST && !/[^\x00-\x7f]/.test(words))) return;
    candidates.chosen = false;
    if (WHOLE.test(words)) ask();
    else waiting = setTimeout(ask, PAUSE);
  });
  find.addEventListener("compositionend", () => find.dispatchEvent(new Event("input")));
  find.addEventListener("submit", async (event) => {
    event.preventDefault();
    const marked = document.querySelector("[data-choose][data-on]");
    if (marked) return choose(marked);
    if (find.elements.q.value.trim() !== shown) await ask();
    else await asking?.done;
    settle();
  });
  find.addEventListener("keydown", (event) => {
    if (event.isComposing || !["ArrowDown", "ArrowUp"].includes(event.key) || !candidates().length) return;
    event.preventDefault();
    mark(event.key === "ArrowDown" ? 1 : -1);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-choose]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link);
  });
}

document.addEventListener("change", (event) => {
  const address = event.target.name === "service_point" && event.target.selectedOptions[0]?.dataset.address;
  if (address) fill("address", address);
});
