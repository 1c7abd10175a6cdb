// The guide of the call: greets until the caller is known, then asks, then reads back. A question ticks itself when its
// field is filled in; T ticks the next one. Without this all of the guide stands there, to be ticked by hand.
const form = document.getElementById("intake-form");
const SLOTS = { caller: "caller_name", phone: "caller_phone", address: "address", description: "description" };

const value = (name) => {
  const field = form.elements[name];
  if (!field) return "";
  if (field instanceof RadioNodeList) return [...field].some((box) => box.checked) ? "yes" : "";
  return field.type === "checkbox" ? (field.checked ? "yes" : "") : field.value.trim();
};

const sayBack = (guide) => {
  for (const slot of guide.querySelectorAll("[data-slot]")) {
    const words = value(SLOTS[slot.dataset.slot] || "").replace(/[。.;;,,]+$/, "");
    slot.textContent = words || "……";
  }
};

const update = () => {
  const guide = [...document.querySelectorAll("[data-guide]")].find((one) => !one.hidden);
  for (const old of document.querySelectorAll("[data-guide] [data-key]")) old.removeAttribute("data-key");
  if (!guide) return;
  const boxes = [...guide.querySelectorAll("input[name=ticked]")];
  for (const box of boxes) if (box.dataset.field && !box.dataset.byHand) box.checked = value(box.dataset.field) !== "";
  const next = boxes.find((box) => !box.checked);
  if (next) Object.assign(next.dataset, { key: "t", keyLabel: next.parentElement.textContent.trim() });
  const lacking = boxes.filter((box) => "must" in box.dataset && !box.checked);
  const known = document.querySelector("[data-region=caller][data-known]");
  const described = value("description") !== "";
  guide.dataset.phase = described && !lacking.length ? "back" : known || described ? "ask" : "greet";
  sayBack(guide);
  const line = document.querySelector(`[data-missing="${guide.dataset.guide}"] [data-lacking]`);
  line.hidden = !lacking.length;
  line.querySelector("span").textContent = lacking.map((box) => box.dataset.short).join(" · ");
};

document.addEventListener("change", (event) => {
  if (event.target.name === "ticked") event.target.dataset.byHand = "yes";
  update();
});
form.addEventListener("input", update);
document.addEventListener("jingming:card", update);
window.addEventListener("pageshow", () => setTimeout(update)); // after the fields of the type are shown
