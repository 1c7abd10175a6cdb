// The command palette: Ctrl K (⌘ K), / or the search box opens it; what is typed is asked of the server, whose lines are
// swapped in. Nothing is asked and nothing opened while an input method composes.
// What was opened last is kept as marks only (order:NUMBER, customer:ID) for this person on this browser; the server looks
// them up through the person's rights, and the next person at the desk begins with none.
const dialog = document.getElementById("palette");
const KEPT = "jingming.recent";
const SHOWN = 8;
const person = document.documentElement.dataset.person;

const remembered = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "{}");
    return kept.person === person && Array.isArray(kept.marks) ? kept.marks.filter((mark) => typeof mark === "string") : [];
  } catch {
    return []; // storage is switched off, or holds what is not ours
  }
};

const remember = (marks) => {
  try {
    if (marks.length) localStorage.setItem(KEPT, JSON.stringify({ person, marks }));
    else localStorage.removeItem(KEPT);
  } catch {
    // nothing is kept then
  }
};

const orderHere = decodeURIComponent(location.pathname.match(/^\/orders\/([^/]+)\//)?.[1] || "");
const customerHere = location.pathname.match(/^\/customers\/(\d+)\//)?.[1];
const markHere = orderHere ? `order:${orderHere}` : customerHere ? `customer:${customerHere}` : "";

// Pages that know who is there say so; an error page that does not changes nothing.
if (person !== undefined) {
  const marks = person ? remembered() : [];
  remember(dialog && markHere ? [markHere, ...marks.filter((mark) => mark !== markHere)].slice(0, SHOWN) : marks);
}

if (dialog) {
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const count = dialog.querySelector("[role=status]");
  let asked; // the request under way
  let waiting; // its timer
  let composing = false;
  let shown = null; // the words whose lines are on show
  let openWhenShown = null; // Enter came before its lines: {elsewhere}

  const lines = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const choose = (line) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (!line) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    line.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = lines();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  };

  const open = (line, elsewhere) => {
    if (!line) return;
    if (line.dataset.press) {
      dialog.close();
      document.querySelector(line.dataset.press)?.click();
    } else if (elsewhere) {
      window.open(line.dataset.url, "_blank", "noopener");
    } else {
      dialog.close();
      location.assign(line.dataset.url);
    }
  };

  const ask = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const words = input.value;
    const query = new URLSearchParams({ on: orderHere });
    if (!words.trim()) for (const mark of remembered()) if (mark !== markHere) query.append("recent", mark);
    list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${dialog.dataset.ask}?${query}`, { signal: mine.signal, headers: { "HX-Request": "true", "Jingming-Asked": encodeURIComponent(words) } });
      if (answer.status === 401) {
        location.reload(); // signed out meanwhile: the sign-in page leads back here
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (mine.signal.aborted) return;
      list.innerHTML = text;
      shown = words;
      count.textContent = list.firstElementChild?.dataset.said || "";
      choose(lines()[0]);
    } catch (error) {
      if (error.name === "AbortError") return;
      list.textContent = "";
      shown = null;
      openWhenShown = null;
      count.textContent = dialog.dataset.failed;
    }
    list.removeAttribute("aria-busy");
    if (openWhenShown && shown === input.value) {
      const { elsewhere } = openWhenShown;
      openWhenShown = null;
      open(chosen(), elsewhere);
    }
  };

  const soon = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, pause);
  };

  const show = (words = "") => {
    if (document.querySelector("dialog[open]")) return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    input.value = words;
    shown = openWhenShown = null;
    composing = false;
    list.textContent = count.textContent = "";
    dialog.showModal();
    input.focus();
    soon(0);
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else show();
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-palette]");
    if (opener) {
      event.preventDefault();
      show(opener.value || "");
    } else if (event.target === dialog || event.target.closest("[data-close-palette]")) dialog.close();
  });

  dialog.addEventListener("close", () => {
    clearTimeout(waiting);
    asked?.abort();
    // the focus has gone back to where it was; in the search box single keys would be silent
    if (document.activeElement?.matches("input[data-open-palette]")) document.activeElement.blur();
  });

  input.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(waiting);
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    soon(0);
  });
  input.addEventListener("input", (event) => {
    openWhenShown = null;
    if (!composing && !event.isComposing) soon(90);
  });
  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      const elsewhere = event.ctrlKey || event.metaKey;
      if (shown === input.value) open(chosen(), elsewhere);
      else {
        openWhenShown = { elsewhere };
        soon(0);
      }
    }
  });

  list.addEventListener("pointermove", (event) => {
    const line = event.target.closest("[role=option]");
    if (line && line !== chosen()) choose(line);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the words keep the focus
  for (const kind of ["click", "auxclick"]) {
    list.addEventListener(kind, (event) => {
      if (event.button > 1) return;
      open(event.target.closest("[role=option]"), event.button === 1 || event.ctrlKey || event.metaKey);
    });
  }
}
