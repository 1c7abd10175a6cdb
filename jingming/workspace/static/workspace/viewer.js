// Pictures of the page looked at large, one after the other: a press or Enter on a [data-preview] link opens it, ← and →
// step through them, Esc closes. Without this the link shows the picture alone.
const viewer = document.getElementById("viewer");
const picture = viewer.querySelector("img");
let shown = 0;

// each file once, though the page shows it in two places
const all = () => {
  const seen = new Map();
  for (const link of document.querySelectorAll("[data-preview]")) if (!seen.has(link.href)) seen.set(link.href, link);
  return [...seen.values()];
};

const show = (place) => {
  const links = all();
  if (!links.length) return viewer.close();
  shown = (place + links.length) % links.length;
  const link = links[shown];
  picture.src = link.href;
  picture.alt = link.dataset.name;
  viewer.querySelector("#viewer-name").textContent = link.dataset.name;
  viewer.querySelector(".viewer-place").textContent = links.length > 1 ? `${shown + 1} / ${links.length}` : "";
  viewer.querySelector("[data-download]").href = link.dataset.download;
  for (const button of viewer.querySelectorAll("[data-step]")) button.hidden = links.length < 2;
  if (!viewer.open) viewer.showModal();
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-preview]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    show(all().findIndex((one) => one.href === link.href));
    return;
  }
  const step = event.target.closest("#viewer [data-step]");
  if (step) show(shown + Number(step.dataset.step));
  else if (event.target === viewer) viewer.close();
});

viewer.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") show(shown - 1);
  else if (event.key === "ArrowRight") show(shown + 1);
});
