// Walking the messages by keyboard: the list is one stop, arrows move in it, Enter tells a message's story.
import { extend } from "./history.js";
import { choose } from "./side.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

function walk(message, list, by) {
  const all = [...list.querySelectorAll(".message")];
  const at = message ? all.indexOf(message) + by : by < 0 ? all.length - 1 : -1;
  const next = all[at];
  if (!next) return false;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

// Past the last message that is shown one steps when the next page is there, or the one after it: no press is lost.
function walkOn(list, by) {
  const page = extend(by < 0 ? "older" : "newer");
  const edge = () => list.querySelector(`.message:${by < 0 ? "first" : "last"}-child`)?.id;
  const before = edge();
  page?.then(() => {
    const { activeElement: here } = document;
    const isHere = here.matches(".message") && list.contains(here);
    if (isHere && !walk(here, list, by) && edge() !== before) walkOn(list, by);
  });
  return Boolean(page);
}

export function walked(event) {
  const list = event.target.closest("#messages");
  const message = event.target.matches(".message") ? event.target : null;
  if (!list || (!message && event.target !== list) || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = STEPS[event.key];
  if (by && (walk(message, list, by) || walkOn(list, by))) event.preventDefault();
  else if (event.key === "Enter" && message) { event.preventDefault(); choose(message.id.slice(2)); }
  else if (event.key === "Escape") document.getElementById("say").focus();
}
