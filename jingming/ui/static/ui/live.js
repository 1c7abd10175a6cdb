// The ear of the desk on the stream. One stream for all tabs of a person in a browser: whoever holds the lock listens and
// tells the others; without locks (a desk served without HTTPS) each visible tab listens for itself.
//   document hears  jingming:changed  {kind, id}   that row is not what it was
//                   jingming:reload                something was missed: fetch everything that is shown anew
const place = document.getElementById("live");
const person = place.dataset.person;
const NAME = `jingming.live.${person}`;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
const AWAY_AFTER = 10_000; // a pause that nobody needs to know of
const RECENT = 60_000; // how long changes are kept for a page that is just being loaded
const shared = "locks" in navigator && "BroadcastChannel" in window;

let source = null; // the stream, while this tab listens
let channel = null;
let leaving = new AbortController(); // gives back the lock, or the wish for it
let last = "";
let pause = FIRST_PAUSE;
let again = 0;
let awayTimer = 0;
let ended = false;

// --- What all tabs remember -----------------------------------------------------------------------------------------
const remembered = () => {
  try {
    return JSON.parse(localStorage.getItem(NAME)) || {};
  } catch {
    return {}; // storage is switched off: then a change during a page's own loading may be missed
  }
};

const remember = (news) => {
  last = news.position || last;
  const recent = (remembered().recent || []).filter(([at]) => at > Date.now() - RECENT);
  if (news.type === "changed") recent.push([Date.now(), news.kind, news.id]);
  try {
    localStorage.setItem(NAME, JSON.stringify({ last, recent: recent.slice(-500) }));
  } catch {
    // as above
  }
};

// --- Telling --------------------------------------------------------------------------------------------------------
const dispatch = (name, detail) => document.dispatchEvent(new CustomEvent(`jingming:${name}`, { detail }));

const take = (news) => {
  last = news.position || last;
  if (news.type === "away") return away();
  here();
  if (news.type === "changed") dispatch("changed", { kind: news.kind, id: news.id });
  if (news.type === "reload") dispatch("reload");
};

const tell = (news) => {
  if (news.type !== "away") remember(news);
  channel?.postMessage(news);
  take(news);
};

// --- The sign that nothing is heard ---------------------------------------------------------------------------------
const sign = (words) => {
  const box = place.querySelector("[data-away]");
  if (box.textContent !== words) box.textContent = words;
};

const here = () => {
  clearTimeout(awayTimer);
  awayTimer = 0;
  sign("");
  if (ended) {
    ended = false; // somebody has signed in again in another tab
    dispatch("reload");
  }
};

const away = () => {
  awayTimer ||= setTimeout(() => sign(place.querySelector("[data-away]").dataset.away), AWAY_AFTER);
};

const end = () => {
  clearTimeout(awayTimer);
  ended = true;
  sign(place.querySelector("[data-away]").dataset.ended);
  leaving.abort();
};

// --- Listening ------------------------------------------------------------------------------------------------------
const address = () => {
  const url = new URL(place.dataset.stream);
  if (last) url.searchParams.set("last_event_id", last);
  return url;
};

const listen = () => {
  clearTimeout(again);
  source?.close();
  last ||= remembered().last || "";
  let blind = !last; // without a position the stream cannot say what we missed
  const own = (source = new EventSource(address(), { withCredentials: true }));
  const on = (name, read) => own.addEventListener(name, (event) => tell({ type: name, position: event.lastEventId, ...read(event) }));
  on("here", () => {
    const type = blind ? "reload" : "here";
    blind = false;
    return { type };
  });
  on("reload", () => ({}));
  on("changed", (event) => JSON.parse(event.data));
  own.addEventListener("open", () => (pause = FIRST_PAUSE));
  own.addEventListener("error", () => lost(own));
};

// A stream breaks off when its server starts anew: we come back, more slowly each time and not all at once.
const lost = async (own) => {
  const refusedOutright = own.readyState === EventSource.CLOSED;
  own.close();
  if (own !== source) return;
  tell({ type: "away" });
  if (refusedOutright && (await isSignedOut()) && own === source) {
    source = null;
    return end();
  }
  if (own !== source) return;
  again = setTimeout(listen, pause * (0.75 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
};

const isSignedOut = async () => {
  const enough = new AbortController();
  try {
    return (await fetch(address(), { credentials: "include", signal: enough.signal })).status === 401;
  } catch {
    return false;
  } finally {
    enough.abort();
  }
};

const hush = () => {
  clearTimeout(again);
  source?.close();
  source = null;
};

// --- Coming and going -----------------------------------------------------------------------------------------------
// Whoever holds the lock listens until it leaves; a tab with a lock is not put to sleep by the browser.
const lead = (signal) => {
  listen();
  return new Promise((done) => signal.addEventListener("abort", () => done(hush())));
};

const arrive = () => {
  leaving = new AbortController();
  const { signal } = leaving;
  if (shared) {
    channel = new BroadcastChannel(NAME);
    channel.addEventListener("message", (event) => take(event.data));
    navigator.locks.request(NAME, { signal }, () => lead(signal)).catch(() => {});
  } else if (!document.hidden) {
    listen();
  }
};

const leave = () => {
  leaving.abort();
  hush();
  clearTimeout(awayTimer);
  awayTimer = 0;
  channel?.close();
  channel = null;
};

const begin = () => {
  arrive();
  // what other tabs heard while the server was still drawing this page
  for (const [at, kind, id] of remembered().recent || []) if (at >= performance.timeOrigin) dispatch("changed", { kind, id });
};

document.addEventListener("DOMContentLoaded", begin); // when all modules of the page listen
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  arrive();
  dispatch("reload"); // whatever happened while the page was put aside
});
document.addEventListener("resume", () => dispatch("reload"));
window.addEventListener("online", () => source && source.readyState === EventSource.CLOSED && listen());
document.addEventListener("visibilitychange", () => {
  if (shared || ended) return;
  if (document.hidden) hush();
  else listen();
});
