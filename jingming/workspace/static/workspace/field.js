// The engineer's page. A note is kept in this browser until it was sent; photos are sent as soon as
// they are chosen; those that did not get through stay chosen and are sent when the connection is back; the day is fetched anew when something has changed, but not under somebody's hands.
const keyOf = (form) => `jingming.note.${form.dataset.keep}`;
const keep = (key, text) => {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // storage is switched off: the text stays in the page
  }
};

const kept = (key) => {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return "";
  }
};

const wake = () => {
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const area = form.elements.text;
    if (!area.value) area.value = kept(keyOf(form));
  }
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) keep(keyOf(form), event.target.value);
});

// Sent is only what leads back to this page: a redirect to the sign-in page has taken nothing.
const post = (form, data, moved) =>
  new Promise((done) => {
    const call = new XMLHttpRequest();
    call.open("POST", form.action);
    call.upload.addEventListener("progress", (event) => event.lengthComputable && moved(event.loaded / event.total));
    call.addEventListener("load", () => {
      const back = new URL(call.responseURL).pathname === location.pathname;
      done({ taken: call.status < 300 && back, refused: call.status >= 400 && call.status < 500, page: call.responseText });
    });
    call.addEventListener("error", () => done({ taken: false, refused: false, page: "" }));
    call.send(data);
  });

const show = (page) => {
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("main");
  document.getElementById("main").replaceWith(document.adoptNode(fresh));
  wake();
};

const begin = (form) => {
  if (form.hasAttribute("data-sending")) return false;
  form.toggleAttribute("data-sending", true);
  form.toggleAttribute("data-waits", false);
  form.querySelector("[role=status]").textContent = "";
  return true;
};

const tell = (form, refused) => {
  form.querySelector("[role=status]").textContent = refused ? form.dataset.refused : form.dataset.waiting;
  form.toggleAttribute("data-waits", !refused);
};

const sendNote = async (form) => {
  if (!begin(form)) return;
  const answer = await post(form, new FormData(form), () => {});
  form.toggleAttribute("data-sending", false);
  if (!answer.taken) return tell(form, answer.refused);
  keep(keyOf(form), "");
  form.elements.text.value = "";
  if (!document.querySelector("form[data-waits], form[data-sending]")) show(answer.page);
};

const sendPhotos = async (form) => {
  if (!begin(form)) return;
  const [bar, input] = [form.querySelector("progress"), form.elements.file];
  const [files, left] = [[...input.files], new DataTransfer()];
  let [page, wrong] = ["", null];
  bar.hidden = false;
  for (const [place, file] of files.entries()) {
    const data = new FormData(form);
    data.set("file", file);
    const answer = await post(form, data, (part) => (bar.value = (100 * (place + part)) / files.length));
    if (answer.taken) page = answer.page;
    else {
      left.items.add(file);
      wrong = { refused: answer.refused };
    }
  }
  input.files = left.files;
  bar.hidden = true;
  form.toggleAttribute("data-sending", false);
  if (wrong) tell(form, wrong.refused);
  else if (page) show(page);
};

const send = (form) => (form.matches("[data-photo]") ? sendPhotos(form) : sendNote(form));

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-photo], form[data-keep]");
  if (!form) return;
  event.preventDefault();
  send(form);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-photo] input[type=file]") && event.target.files.length) sendPhotos(event.target.form);
});
window.addEventListener("online", () => document.querySelectorAll("form[data-waits]").forEach(send));

wake();

let later;
const busy = () => {
  const day = document.getElementById("day");
  const typing = [...day.querySelectorAll("textarea, input[type=file]")].some((field) => field.value);
  return typing || day.contains(document.activeElement) || day.querySelector("[data-sending]");
};
const refresh = () => {
  clearTimeout(later);
  later = setTimeout(() => {
    if (busy()) return refresh();
    window.htmx.ajax("GET", location.href, { target: "#day", select: "#day", swap: "outerHTML" }).then(wake);
  }, 800);
};
document.addEventListener("jingming:changed", refresh);
document.addEventListener("jingming:reload", refresh);
