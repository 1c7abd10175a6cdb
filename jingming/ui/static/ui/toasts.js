// A partial load that failed says so, and what to do, in the corner; the page behind it stays as it was.
const place = document.getElementById("toasts");

export const toast = (words) => {
  if (!place || !words) return;
  for (const other of place.children) if (other.firstChild.textContent === words) return;
  const box = document.createElement("div");
  box.className = "toast-box";
  const text = document.createElement("p");
  text.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-small";
  close.textContent = place.dataset.close;
  close.addEventListener("click", () => box.remove());
  box.append(text, close);
  place.append(box);
};

const sentence = (status) => {
  if (status === 401) return place.dataset.signedOut;
  if (status === 403) return place.dataset.refused;
  if (status === 404 || status === 410) return place.dataset.gone;
  if (status === 429 || status === 503) return place.dataset.busy;
  return place.dataset.broken;
};

document.addEventListener("click", (event) => toast(event.target.closest("[data-toast]")?.dataset.toast));
document.addEventListener("htmx:responseError", (event) => toast(sentence(event.detail.xhr.status)));
document.addEventListener("htmx:sendError", () => toast(place.dataset.offline));
document.addEventListener("htmx:timeout", () => toast(place.dataset.offline));
