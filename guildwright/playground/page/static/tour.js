// The guided tour: what has been done is kept here, whether it was really done the playground says.
const byId = (id) => document.getElementById(id);
const root = document.documentElement;
const KEPT = ["since", "generation", "done", "skipped", "killed"];
const EVERY_MS = 1500;
const LONG_MS = 10_000; // an answer that takes longer does not come

const load = (key) => { try { return localStorage.getItem(`guildwright.${key}`); } catch { return null; } };
const keep = (key, value) => { try { localStorage.setItem(`guildwright.${key}`, value); } catch { /* private mode */ } };

let progress = {};
try { progress = JSON.parse(load("tour.progress")) ?? {}; } catch { /* not ours */ }
let shown = "";
let seat = "";

const on = () => root.dataset.tour !== "off";
const vals = () => document.querySelector("main.talk")?.getAttribute("hx-vals") ?? "";

// One question at a time: an answer that is older than a press would take back what was pressed.
let turn = Promise.resolve();
let waiting = 0;
function look(change = () => {}, path, options) {
  waiting += 1;
  seat = vals();
  turn = turn.then(() => { change(); return ask(path, options); }).catch(() => {}).finally(() => { waiting -= 1; });
  return turn;
}

async function ask(path = "/page/tour", options = {}) {
  if (!vals()) return;
  const { channel, as } = JSON.parse(vals());
  const asked = `${path}?${new URLSearchParams({ channel, as, ...progress })}`;
  const answer = await fetch(asked, { ...options, signal: AbortSignal.timeout(LONG_MS) });
  if (answer.ok) draw(await answer.text());
}

function draw(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("tour");
  const { said } = fresh.dataset;
  progress = Object.fromEntries(KEPT.map((name) => [name, fresh.dataset[name]]));
  keep("tour.progress", JSON.stringify(progress));
  if (said) byId("tour-said").textContent = said;
  const inner = fresh.innerHTML;
  const place = byId("tour");
  place.toggleAttribute("data-over", fresh.hasAttribute("data-over"));
  if (inner === shown && place.firstElementChild) return;
  shown = inner;
  const focused = place.contains(document.activeElement) && document.activeElement.id;
  place.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
  htmx.process(place);
  if (said) note(said);
  if (focused) (byId(focused) ?? byId("tour-step")).focus({ preventScroll: true });
}

// What has just been seen to be done stands above the next step for as long as that is shown.
function note(said) {
  const line = document.createElement("p");
  line.className = "tour-done";
  line.textContent = said;
  byId("tour").querySelector(".tour-step").before(line);
}

function open() {
  root.dataset.tour = "on";
  keep("tour", "on");
  const again = "over" in byId("tour").dataset;
  look(() => { if (again) progress = {}; }).then(() => byId("tour-step")?.focus());
}

function close() {
  root.dataset.tour = "off";
  keep("tour", "off");
  byId("tour-open").focus();
}

const ON_CLICK = {
  "#tour-open": () => (on() ? close() : open()),
  "#tour-end": close,
  "#tour-again": () => look(() => { progress = {}; }),
  "#tour-skip": ({ dataset }) => look(() => { progress.skipped = `${progress.skipped},${dataset.key}`; }),
  "#tour-kill": () => look(undefined, "/page/tour/kill", { method: "POST", headers: { "HX-Request": "true" } }),
};
document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(ON_CLICK)) {
    const button = event.target.closest(selector);
    if (button) return act(button);
  }
});

export function refreshTour() { if (on() && vals() !== seat) look(); }
setInterval(() => { if (on() && !document.hidden && !waiting) look(); }, EVERY_MS);
