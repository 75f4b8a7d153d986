// What the bot did: choosing a message, keeping it chosen while the page lives on, and the panel that asks for itself.
const byId = (id) => document.getElementById(id);
let chosen = null;

const get = async (path, more = {}) => {
  const { channel, as } = JSON.parse(byId("story").dataset.seat);
  const answer = await fetch(`${path}?${new URLSearchParams({ channel, as, ...more })}`);
  return answer.ok ? answer.text() : null;
};

// The newest question is the only one whose answer counts.
let asked = 0;
async function ask() {
  if (!byId("story")) return;
  const mine = ++asked;
  const html = await get("/page/story", chosen ? { message: chosen } : {}).catch(() => null);
  if (html && mine === asked) draw(html);
}

// What is open to the wire stays open, and what has the focus keeps it.
function draw(html) {
  const old = byId("story");
  const focused = old.contains(document.activeElement) && document.activeElement.id;
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("story");
  for (const open of old.querySelectorAll("details[open]")) {
    fresh.querySelector(`#${CSS.escape(open.id)}`)?.replaceWith(open);
  }
  old.replaceWith(document.adoptNode(fresh));
  if (focused) byId(focused)?.focus({ preventScroll: true });
}

// Panels that are popovers (no room for a column) open when a message is chosen on purpose.
function reveal() {
  const side = byId("side");
  if (side && getComputedStyle(side).display === "none") side.showPopover();
}

export function choose(messageId, { open = true } = {}) {
  chosen = messageId || null;
  mark();
  ask();
  if (open && chosen) reveal();
}

// Messages are drawn anew when they change: the mark is put back.
export function mark() {
  const now = chosen && byId(`m-${chosen}`);
  for (const other of document.querySelectorAll(".message[aria-current]")) {
    if (other !== now) other.removeAttribute("aria-current");
  }
  if (now && !now.hasAttribute("aria-current")) now.setAttribute("aria-current", "true");
}

export function forget() { chosen = null; }
export { ask as refreshStory };

// Beside a column for it, pointing at a message is enough; what is pressed in it keeps its own meaning.
const PRESSED = "a, button, input, select, textarea, summary, label, form, details, [data-story]";
export function pointed(event) {
  const message = event.target.closest(".message");
  if (!message || event.target.closest(PRESSED) || getSelection()?.toString()) return;
  const side = byId("side");
  if (side && getComputedStyle(side).position === "relative") choose(message.id.slice(2), { open: false });
}

// The exchange behind a step is fetched when it is first opened; the panel may be drawn anew meanwhile, and keeps it.
async function unfold(place) {
  const number = place.dataset.exchange;
  delete place.dataset.exchange;
  const html = await get(`/page/exchange/${number}`).catch(() => null);
  if (html) { place.innerHTML = html; return; }
  place.dataset.exchange = number;
  place.textContent = "The playground does not answer. Close this and open it again.";
}
document.addEventListener("toggle", (event) => {
  const place = event.target.open && event.target.querySelector?.("[data-exchange]");
  if (place) unfold(place);
}, true);
