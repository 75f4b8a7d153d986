// A window on a long channel: a few pages of messages, more fetched as one scrolls, the far end let go.
const byId = (id) => document.getElementById(id);
const MOST = 200;   // messages in the window
const NEAR = 800;   // pixels to an end at which the next page is fetched
const END = 120;    // pixels to the end at which the reader follows it

let following = true;
let placed = null;  // where the list was left at its end: its scroll position, its last message
let missed = 0;     // messages that came below what the reader looks at
let more = false;   // or more: not all of them were told
let loading = null; // the next page, while it is under way
let asked = 0;      // how often other messages than the next page were asked for
let told = "";      // the last message of the live stream

const box = () => byId("messages");
const list = () => byId("message-list");
const items = () => list().querySelectorAll(":scope > .message");
const has = (end) => end in list().dataset;
const set = (end, yes) => { if (yes) list().dataset[end] = ""; else delete list().dataset[end]; };

async function get(query) {
  const { channel, as } = JSON.parse(byId("story").dataset.seat);
  const answer = await fetch(`/page/history?${new URLSearchParams({ channel, as, ...query })}`);
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("stretch");
  return { found: [...page.children].map((one) => document.adoptNode(one)), ends: page.dataset };
}

// The first message that the reader sees.
function inSight() {
  const { top } = box().getBoundingClientRect();
  return [...items()].find((one) => one.getBoundingClientRect().bottom > top);
}

// What the reader looks at stays where it is, whatever comes or goes above it: the first in sight, or the next that is left.
function anchored(change) {
  const first = inSight();
  const places = [...items()].filter((one) => !isLater(first?.id ?? "", one.id))
    .map((one) => [one.id, one.getBoundingClientRect().top]);
  change();
  const [id, before] = places.find(([one]) => byId(one)) ?? [];
  if (id) box().scrollTop += byId(id).getBoundingClientRect().top - before;
}

const isLater = (a, b) => a.length > b.length || (a.length === b.length && a > b);

function trim(fromTop) {
  const all = [...items()];
  const surplus = Math.max(0, all.length - MOST);
  if (!surplus) return;
  for (const one of fromTop ? all.slice(0, surplus) : all.slice(-surplus)) one.remove();
  set(fromTop ? "older" : "newer", true);
}

function add(found, where) {
  for (const one of found) byId(one.id)?.remove();
  where === "top" ? list().prepend(...found) : list().append(...found);
  for (const one of found) htmx.process(one);
}

// The newest page may be a moment older than what the stream told meanwhile.
function close(ends, before) {
  const last = [...items()].at(-1);
  set("newer", "newer" in ends || (told !== before && Boolean(last) && isLater(told, last.id)));
}

// Resolves once the page is shown (or did not come); nothing where that end has no more.
export function extend(end) {
  if (!has(end)) return null;
  if (!loading) {
    const page = fetched(end).finally(() => {
      if (loading !== page) return; // of another channel by now
      loading = null;
      box()?.removeAttribute("aria-busy");
      tell();
    });
    loading = page;
  }
  return loading;
}

async function fetched(end) {
  const mine = list();
  const before = told;
  const turn = asked;
  const edge = end === "older" ? items()[0] : [...items()].at(-1);
  box().setAttribute("aria-busy", "true"); // what is fetched is not news
  try {
    const { found, ends } = await get({ [end === "older" ? "before" : "after"]: edge.id.slice(2) });
    if (mine !== list() || turn !== asked) return; // other messages are shown by now
    anchored(() => {
      add(found, end === "older" ? "top" : "bottom");
      if (end === "newer") close(ends, before);
      else set("older", "older" in ends);
      trim(end === "newer" || following); // never the end that the reader follows
    });
  } catch { /* the live stream says that nobody answers; scrolling on tries again */ }
}

// What the live stream appended while the page was under way is newer than the page, and stays.
async function replace(query) {
  const mine = ++asked;
  const before = told;
  box().setAttribute("aria-busy", "true");
  try {
    const { found, ends } = await get(query);
    if (mine !== asked) return;
    const last = found.at(-1);
    const newer = "newer" in ends || !last ? [] : [...items()].filter((one) => isLater(one.id, last.id));
    placed = null;
    anchored(() => {
      list().replaceChildren();
      add(found, "bottom");
      list().append(...newer);
    });
    set("older", "older" in ends);
    close(ends, before);
  } finally {
    if (!loading) box()?.removeAttribute("aria-busy");
  }
}

// A stream that comes back tells the newest page. Whoever reads further up keeps what they read, told anew in its place.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "messages" || target !== box() || following || !inSight()) return;
  event.detail.shouldSwap = false;
  const newest = [...fragment.querySelectorAll(".message")].map((one) => one.id);
  const known = [told, has("newer") ? "" : [...items()].at(-1).id].reduce((a, b) => (isLater(b, a) ? b : a));
  const later = newest.filter((one) => isLater(one, known)).length;
  missed += later;
  more ||= later > 0 && later === newest.length;
  told = newest.at(-1) ?? told;
  set("newer", true); // if it does not come, what is missing is fetched as one scrolls
  replace({ around: inSight().id.slice(2) }).catch(() => {}).then(tell);
});

export async function jump() {
  if (has("newer")) await replace({}).catch(() => {});
  missed = 0;
  following = true;
  placed = null;
  follow();
}

// To a message wherever it is: shown already, or fetched with its neighbours.
export async function goTo(messageId) {
  if (!byId(`m-${messageId}`)) await replace({ around: messageId }).catch(() => {});
  const message = byId(`m-${messageId}`);
  if (!message) return false;
  following = false;
  message.scrollIntoView({ block: "center" });
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  tell();
  return true;
}

// The browser tells of a scroll a frame late; what comes between must not drag the reader back to the end.
function noticeScroll() {
  const last = following && placed && box().scrollTop < placed.position && byId(placed.last);
  if (last && last.getBoundingClientRect().bottom - box().getBoundingClientRect().bottom > END) following = false;
}

function follow() {
  if (box() && list()) noticeScroll();
  if (box() && following && !has("newer")) {
    box().scrollTop = box().scrollHeight;
    placed = { position: box().scrollTop, last: [...items()].at(-1)?.id };
  }
  tell();
}

function tell() {
  const button = byId("newest");
  if (!button || !list()) return;
  button.hidden = following && !has("newer");
  if (!missed) more = false;
  const count = missed > 99 ? "99+" : `${missed}${more ? "+" : ""}`;
  const words = missed ? `Jump to newest, ${count} new` : "Jump to newest";
  if (byId("newest-words").textContent !== words) byId("newest-words").textContent = words;
}

// The stream may tell what a fetched page has brought already, or passed over as older than itself: ids only grow.
function isNews(one) {
  const above = one.previousElementSibling;
  if (!above || isLater(one.id, above.id)) return true;
  one.remove();
  return false;
}

// What the live stream has appended: counted where the window ends earlier, else kept, and the far end let go.
function arrived(added) {
  const news = added.filter((one) => one.parentNode === list() && one.matches(".is-new") && isNews(one));
  if (!news.length) return;
  told = news.at(-1).id;
  if (!following) missed += news.length;
  if (has("newer")) for (const one of news) one.remove();
  else trim(following);
}

export function flooded() {
  if (following && !has("newer")) return replace({}).catch(() => {}).then(follow);
  set("newer", true);
  asked += 1; // a page that is under way may be older than the flood
  tell();
}

let shown = null;
export function refresh(changes = []) {
  if (!box()) return;
  if (shown !== box()) {
    shown = box();
    following = true;
    placed = loading = null;
    missed = 0;
    told = [...items()].at(-1)?.id ?? "";
    asked += 1;
  }
  noticeScroll();
  arrived(changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1));
  follow();
}

document.addEventListener("scroll", (event) => {
  const view = event.target;
  if (view.id !== "messages") return;
  const left = view.scrollHeight - view.scrollTop - view.clientHeight;
  following = left < END && !has("newer");
  if (following) missed = 0;
  if (view.scrollTop < NEAR) extend("older");
  if (left < NEAR) extend("newer");
  tell();
}, true);
document.addEventListener("click", (event) => {
  const go = event.target.closest("[data-go]");
  if (go && !event.target.closest(".mention, a")) {
    byId("modal")?.close();
    setTimeout(() => goTo(go.dataset.go)); // after the focus went back to what opened the dialog
  }
  if (event.target.closest("#older")) extend("older");
  if (event.target.closest("#newest")) jump().then(() => byId("say").focus({ preventScroll: true }));
});
addEventListener("resize", follow);
document.fonts?.ready.then(follow);
