// Drafts on the server. data-draft on a form, data-draft-url with /key/ in it: what is typed is kept from the first
// keystroke on, at most a second later and when the page goes away. The form holds its key (form_key), the draft's own
// key and number (draft, draft_rev). Nothing is overwritten unseen: a draft changed in another window says so, and the
// button takes it over. Without this the form's button keeps the draft.
const PAUSE = 700;
const RETRY = 5000;
const form = document.querySelector("form[data-draft]");
const state = form?.querySelector("[data-draft-state]");
const [words, takeOver] = state?.children || [];
let waiting = 0;
let saving = null;
let stopped = false; // changed elsewhere, or sent
let changed = false;

const tell = (text, button = false) => {
  words.textContent = text;
  takeOver.hidden = !button;
};

const key = () => form.elements.draft.value || form.elements.form_key.value;
const address = () => form.dataset.draftUrl.replace("/key/", `/${key()}/`);
const content = (force) => {
  const data = new FormData(form);
  data.set("rev", form.elements.draft_rev.value || "0");
  if (force) data.set("force", "1");
  return data;
};

const later = (pause = PAUSE) => {
  clearTimeout(waiting);
  waiting = setTimeout(save, pause);
};

const keep = async (force) => {
  const answer = await fetch(address(), { method: "POST", body: content(force), headers: { accept: "application/json" } });
  if (answer.ok && !answer.redirected) {
    form.elements.draft.value = key();
    form.elements.draft_rev.value = (await answer.json()).rev;
    const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
    tell(`${state.dataset.saved} ${clock}`);
    return;
  }
  stopped = answer.status === 409 || answer.status === 410;
  if (answer.status === 410) form.elements.draft_rev.value = "";
  if (stopped) tell(answer.status === 409 ? state.dataset.elsewhere : state.dataset.gone, true);
  else throw new Error(`draft: ${answer.status}`);
};

const save = async (force = false) => {
  clearTimeout(waiting);
  if (saving) return later();
  changed = false;
  saving = keep(force === true).catch(() => {
    changed = true;
    tell(state.dataset.failed);
    later(RETRY);
  });
  await saving;
  saving = null;
};

if (form) {
  const typed = (event) => {
    if (!event.isTrusted || stopped || (event.target.form !== form) || event.target.name === "another") return;
    changed = true;
    later();
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  takeOver.addEventListener("click", () => {
    stopped = false;
    save(true);
  });
  // a form that is sent takes its draft along: nothing may be saved behind it
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    if (saving) {
      event.preventDefault();
      event.stopImmediatePropagation();
      saving.finally(() => setTimeout(() => form.requestSubmit(event.submitter)));
      return;
    }
    stopped = true;
    changed = false;
  });
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  window.addEventListener("pagehide", () => changed && !stopped && navigator.sendBeacon(address(), content(false)));
}
