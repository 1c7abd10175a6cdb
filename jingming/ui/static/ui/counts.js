// Figures that follow what happens: every [data-count] on the page shows the number of this name, fetched anew after a
// live event, at most every two seconds and only while somebody looks at the page.
const source = document.querySelector("script[data-counts]").dataset.counts;
const APART = 2000;
let last = 0;
let waiting = 0;
let wanted = false;

const show = (figures) => {
  for (const place of document.querySelectorAll("[data-count]")) {
    const count = figures[place.dataset.count];
    if (count === undefined) continue;
    place.textContent = count.toLocaleString("en");
    place.hidden = count === 0;
  }
};

const fetchAnew = async () => {
  waiting = 0;
  if (document.hidden) return; // asked for again when the page is looked at
  wanted = false;
  last = Date.now();
  try {
    const answer = await fetch(source, { headers: { accept: "application/json", "Jingming-Background": "yes" } });
    if (answer.ok && !answer.redirected) show(await answer.json());
  } catch {
    wanted = true; // offline: the next event asks again
  }
};

const soon = () => {
  wanted = true;
  if (!waiting) waiting = setTimeout(fetchAnew, Math.max(150, last + APART - Date.now()));
};

document.addEventListener("jingming:changed", (event) => event.detail?.kind === "workorders.WorkOrder" && soon());
document.addEventListener("jingming:reload", soon);
document.addEventListener("visibilitychange", () => !document.hidden && wanted && soon());
