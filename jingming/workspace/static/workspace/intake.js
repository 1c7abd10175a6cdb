// The fields of the chosen type. Without this the page shows those of the type in the address, and has links to others.
// Enter goes on to the next field: an intake is sent by its button or by Ctrl+Enter, never by a slip.
const form = document.getElementById("intake-form");

const show = (type) => {
  for (const group of document.querySelectorAll("[data-types]")) {
    const on = group.dataset.types.split(" ").includes(type);
    group.hidden = !on;
    // what nobody sees is not sent
    if (group.matches("fieldset")) group.disabled = !on;
    else for (const field of group.querySelectorAll("textarea, input, select")) field.disabled = !on;
  }
  for (const order of document.querySelectorAll(".open-order")) order.toggleAttribute("data-same", order.dataset.type === type);
};

const chosen = () => show(form.querySelector("input[name=type]:checked")?.value || "");

const goOn = (from) => {
  if (from.closest(".own-fields") || from.matches("[name=type], [name=verified]")) return form.elements.description.focus();
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((field) => field.getClientRects().length && !field.disabled);
  return (fields[fields.indexOf(from) + 1] || form.querySelector(".btn-primary:not([aria-hidden])")).focus();
};

document.addEventListener("change", (event) => event.target.matches("input[name=type]") && chosen());
document.addEventListener("jingming:card", chosen);
window.addEventListener("pageshow", chosen);
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey) return;
  if (!event.target.matches("input, select") || event.target.closest(".no-order")) return;
  event.preventDefault();
  goOn(event.target);
});
