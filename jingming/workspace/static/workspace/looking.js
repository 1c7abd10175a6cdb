// This page has an order open: colleagues who have it open too see so, and are named here. Hidden tabs do not count.
import { align } from "../ui/refresh.js";

const BEAT = 20_000;
const place = document.getElementById("onlookers");
const url = place.dataset.liveUrl;
const tab = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
let saidWriting = false;

const told = (more = {}) => {
  const facts = new FormData();
  facts.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value || ""); // of the menu's forms
  facts.set("tab", tab);
  for (const [name, value] of Object.entries(more)) facts.set(name, value);
  return facts;
};

const isWriting = () => place.hasAttribute("data-writing") || document.querySelector("main form[data-dirty]") !== null;

const look = async () => {
  if (document.hidden) return;
  saidWriting = isWriting();
  try {
    const body = told(saidWriting ? { writing: "1" } : {});
    const headers = { "Jingming-Background": "yes" }; // a page left open keeps nobody signed in
    const answer = await fetch(url, { method: "POST", body, headers, redirect: "manual" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("onlookers");
    if (fresh) align(place, fresh);
  } catch {
    // the desk cannot be reached; the next beat tries again
  }
};

look();
setInterval(look, BEAT);
document.addEventListener("visibilitychange", look);
document.addEventListener("input", () => setTimeout(() => isWriting() && !saidWriting && look()));
window.addEventListener("pagehide", () => navigator.sendBeacon(url, told({ left: "1" })));
window.addEventListener("pageshow", (event) => event.persisted && look());
