// Walking the messages by keyboard: the list is one stop, arrows move in it, Enter tells a message's story.
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

export function walked(event) {
  const list = event.target.closest("#messages");
  const message = event.target.matches(".message") ? event.target : null;
  if (!list || (!message && event.target !== list) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in STEPS && walk(message, list, STEPS[event.key])) event.preventDefault();
  else if (event.key === "Enter" && message) { event.preventDefault(); choose(message.id.slice(2)); }
  else if (event.key === "Escape") document.getElementById("say").focus();
}
