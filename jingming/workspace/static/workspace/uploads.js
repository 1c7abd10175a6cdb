// Files are sent one by one with their progress: chosen, dropped on the form, or pasted as a picture. What is refused says
// why, what was lost on the way can be tried again; nothing that was sent is sent twice.
const form = document.querySelector("form[data-upload]");

const line = (file) => {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "cut";
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "soft";
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", file.name);
  item.append(name, state, bar);
  form.querySelector(".upload-list").append(item);
  return { item, state, bar };
};

const say = (shown, words) => {
  shown.item.querySelector(".reason")?.remove();
  const reason = document.createElement("p");
  reason.className = "reason";
  reason.textContent = words;
  shown.item.append(reason);
};

const send = (file, shown) =>
  new Promise((done) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    shown.state.textContent = form.dataset.waiting;
    shown.bar.hidden = false;
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (shown.bar.value = event.loaded / event.total));
    request.addEventListener("loadend", () => {
      shown.bar.hidden = true;
      const answer = request.response;
      if (request.status === 200) shown.state.textContent = form.dataset.kept;
      else if (answer?.refused) refuse(shown, answer.refused[0].reason);
      else lost(file, shown);
      done(request.status === 200);
    });
    request.send(body);
  });

const refuse = (shown, reason) => {
  shown.state.textContent = "";
  say(shown, reason);
};

const lost = (file, shown) => {
  say(shown, form.dataset.lost);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-small";
  again.textContent = form.dataset.again;
  again.addEventListener("click", async () => {
    shown.item.querySelector(".reason")?.remove();
    if (await send(file, shown)) renew();
  }, { once: true });
  shown.state.replaceChildren(again);
};

const renew = () => document.dispatchEvent(new CustomEvent("jingming:reload"));

const sendAll = async (files) => {
  const sent = [];
  for (const file of files) sent.push(await send(file, line(file)));
  if (sent.includes(true)) renew();
};

if (form) {
  const field = form.querySelector("input[type=file]");
  field.addEventListener("change", () => {
    const chosen = [...field.files];
    field.value = "";
    sendAll(chosen);
  });
  for (const name of ["dragenter", "dragover"])
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.toggleAttribute("data-over", true);
    });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.toggleAttribute("data-over", false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    sendAll([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length) return;
    event.preventDefault();
    sendAll(files);
  });
}
