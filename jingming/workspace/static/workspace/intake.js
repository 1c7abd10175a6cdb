// The fields of the chosen type. Without this the page shows those of the type in the address, and has links to others.
const groups = document.querySelectorAll("[data-types]");

const show = (type) => {
  for (const group of groups) {
    const on = group.dataset.types.split(" ").includes(type);
    group.hidden = !on;
    // what nobody sees is not sent
    if (group.matches("fieldset")) group.disabled = !on;
    else for (const field of group.querySelectorAll("textarea, input, select")) field.disabled = !on;
  }
};

document.addEventListener("change", (event) => event.target.matches("input[name=type]") && show(event.target.value));
window.addEventListener("pageshow", () => show(document.querySelector("input[name=type]:checked")?.value || ""));
