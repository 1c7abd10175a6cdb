// Which orders are selected: kept for this tab and this queue, so that it survives paging, filters and a look at an order.
// What is selected on other pages goes along in hidden fields; a report of what was done lets go of it.
const form = document.querySelector("form.queue[data-queue]");
const PREFIX = "jingming.selected.";
const MOST = 200;

const key = form && `${PREFIX}${form.dataset.queue}`;
const read = () => {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(key) || "[]"));
  } catch {
    return new Set(); // storage is switched off: the selection then lasts for this page
  }
};
let chosen = form ? read() : new Set();

const keep = () => {
  try {
    if (chosen.size) sessionStorage.setItem(key, JSON.stringify([...chosen]));
    else sessionStorage.removeItem(key);
  } catch {
    // see above
  }
};

const boxes = () => [...form.querySelectorAll("tbody [name=order]")];

export const show = () => {
  if (!form) return;
  const here = boxes();
  for (const box of here) {
    box.checked = chosen.has(box.value);
    box.closest("tr").toggleAttribute("data-chosen", box.checked);
  }
  const all = form.querySelector("[data-all]");
  const on = here.filter((box) => box.checked).length;
  if (all) {
    all.checked = on > 0 && on === here.length;
    all.indeterminate = on > 0 && on < here.length;
  }
  form.toggleAttribute("data-some", chosen.size > 0);
  const count = form.querySelector(".bulk-count");
  if (count) count.textContent = chosen.size ? count.dataset.chosen.replace("#", chosen.size) : "";
};

export const choose = (some, on) => {
  for (const box of some) {
    if (on) chosen.add(box.value);
    else chosen.delete(box.value);
  }
  keep();
  show();
};

export const clear = () => {
  chosen = new Set();
  keep();
  show();
};

document.addEventListener("change", (event) => {
  if (!form?.contains(event.target)) return;
  if (event.target.matches("[name=order]")) choose([event.target], event.target.checked);
  if (event.target.matches("[data-all]")) choose(boxes(), event.target.checked);
});
document.addEventListener("click", (event) => event.target.closest("[data-clear]") && clear());

form?.addEventListener("submit", () => {
  for (const old of form.querySelectorAll("[data-elsewhere]")) old.remove();
  const here = new Set(boxes().map((box) => box.value));
  for (const number of [...chosen].filter((one) => !here.has(one)).slice(0, MOST + 1)) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "order", value: number });
    field.dataset.elsewhere = "";
    form.append(field);
  }
});

for (const report of document.querySelectorAll("[data-forget]")) {
  try {
    for (const one of Object.keys(sessionStorage)) {
      if (one.startsWith(`${PREFIX}${report.dataset.forget}`)) sessionStorage.removeItem(one);
    }
  } catch {
    // nothing was kept
  }
}

// the page may come back from the history with the boxes of another time
window.addEventListener("pageshow", () => {
  if (!form) return;
  chosen = read();
  form.removeAttribute("data-waiting");
  show();
});
show();
