// The focus is never lost: when what has it goes, is disabled or hidden, it moves to what has taken its place, else to a
// neighbour, else to the message box.
const byId = (id) => document.getElementById(id);
const FOCUSABLE = "a[href][id], button[id], input[id]:not([type=hidden]), select[id], textarea[id], summary[id]";
const REGION = "#modal, #message-list, nav, #story, #tour, #command, main";

let last = null;

// Who stands near, the nearest first: of the same row or message, then after and before it.
function near(element) {
  const message = element.closest(".message");
  if (message) {
    const { nextElementSibling: next, previousElementSibling: previous } = message;
    return [message.id, next?.id, previous?.id];
  }
  const region = element.closest(REGION);
  const all = region ? [...region.querySelectorAll(FOCUSABLE)] : [];
  const at = all.indexOf(element);
  const row = element.closest("li");
  const away = (one) => Math.abs(all.indexOf(one) - at) + (row?.contains(one) ? -all.length : 0);
  return all.filter((one) => one !== element).sort((a, b) => away(a) - away(b)).map((one) => one.id);
}

document.addEventListener("focusin", ({ target }) => {
  if (target === document.body) return;
  const region = target.closest("nav")?.id;
  const opener = target.closest("[popover]")?.id;
  last = { element: target, id: target.id, near: near(target), region, opener, app: byId("app") };
});

// Whoever puts the focus down on purpose (a press beside everything) finds it nowhere, as ever.
document.addEventListener("focusout", ({ target }) => {
  setTimeout(() => { if (last?.element === target && usable(target) && document.activeElement === document.body) last = null; });
});

const usable = (one) => one?.isConnected && !one.disabled && one.checkVisibility({ visibilityProperty: true });

export function keepFocus() {
  const { activeElement: active } = document;
  if (!last || (active && active !== document.body) || usable(last.element)) return;
  const { id, near: ids, region, opener, app } = last;
  const moved = app !== byId("app"); // to another channel, member or server
  const places = [
    id && byId(id),
    opener && document.querySelector(`[popovertarget="${opener}"]`),
    moved && region && document.querySelector(`#${region} [aria-current]`),
    ...(moved ? [] : ids.map((other) => other && byId(other))),
    byId("say"), byId("lines"), byId("messages"),
  ];
  const place = places.find(usable);
  if (!place) return;
  if (place.matches(".message")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
