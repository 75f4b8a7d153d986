// What HTML and htmx cannot say: theme, dialog, focus, connection state.
import { refreshDraft } from "./drafts.js";
import { flooded, refresh as refreshHistory } from "./history.js";
import { keepFocus } from "./focus.js";
import { attachPickers } from "./picker.js";
import { choose, forget, mark, pointed, refreshStory } from "./side.js";
import { writeTimes } from "./times.js";
import { refreshTour } from "./tour.js";
import { walked } from "./walk.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);
const remember = (key, value) => { try { localStorage.setItem(`guildwright.${key}`, value); } catch { /* private mode */ } };

function switchTheme() {
  const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  remember("theme", root.dataset.theme);
}

function say(text) {
  const input = byId("say");
  input.value = text;
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function closeCommand() {
  byId("command").replaceChildren();
  byId("say").focus();
}

const ON_CLICK = {
  "#theme": switchTheme,
  "[data-say]": (button) => say(button.dataset.say),
  "[data-close-command]": closeCommand,
  "[data-story]": (button) => choose(button.dataset.story),
  "[data-close-modal]": () => byId("modal").close(),
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(ON_CLICK)) {
    const button = event.target.closest(selector);
    if (button) return act(button);
  }
  pointed(event);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("#command")) closeCommand();
  walked(event);
});

// A dialog that arrived is shown; when it is gone, what opened it gets the focus back.
let opener = null;
let dialogUp = false;
function watchDialog() {
  const modal = byId("modal");
  if (modal && !modal.open) {
    if (!dialogUp) opener = document.activeElement?.id || null;
    dialogUp = true;
    modal.addEventListener("close", () => modal.remove());
    modal.showModal();
    focusFirst(modal);
  } else if (!modal && dialogUp) {
    dialogUp = false;
    focusAgain(opener);
  }
}

function focusAgain(id) {
  (id && byId(id) ? byId(id) : byId("say")).focus({ preventScroll: true });
}

const CONTROLS = ":is(input:not([type=hidden]), select, textarea)";
function focusFirst(place) {
  const wanted = ["[aria-invalid=true]", `.fields ${CONTROLS}`, `.modal-body ${CONTROLS}`, "#run", ".sheet-foot button"];
  for (const selector of wanted) {
    const control = place.querySelector(selector);
    if (control) return control.focus();
  }
}

// A command's form gets the focus when it comes, the message box when it goes.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = event.detail.target ?? event.target;
  if (place.id === "command") place.firstElementChild ? focusFirst(place) : byId("say").focus();
});

// The connection: say when it is lost, and when it is back.
function offline(text) { byId("offline").textContent = text; }
document.addEventListener("htmx:sseOpen", (event) => {
  offline("");
  root.dataset.live = "on";
  // Whom one acts as has left, or the channel is gone: the page is loaded anew, and chooses.
  const { source } = event.detail;
  source.addEventListener("gone", () => { source.close(); location.reload(); });
  source.addEventListener("story", refreshStory);
  source.addEventListener("flood", flooded);
});
// A message that is not on the page, since it is older than what is shown, cannot be drawn anew.
document.addEventListener("htmx:sseBeforeMessage", (event) => {
  const id = /^\s*<li [^>]*id="(m-\d+)"[^>]* hx-swap-oob/.exec(event.detail.data)?.[1];
  if (id && !byId(id)) event.preventDefault();
});
// Each further try fails too: it does not take back what was said of something that did not arrive.
document.addEventListener("htmx:sseError", () => {
  if (root.dataset.live !== "off") offline("The playground does not answer. This page tries again by itself.");
  root.dataset.live = "off";
});
// Who searches among the members goes on searching when the list is told anew: the field and what it found stay the
// same elements, so that an answer under way finds its place.
let searching = null;
document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
  const field = byId("find-member");
  if (target.id !== "members" || !field?.value || !fragment.querySelector("#find-member")) return;
  const focused = document.activeElement;
  for (const kept of fragment.querySelectorAll("#find-member, #people")) kept.setAttribute("hx-preserve", "");
  // Not every browser keeps the focus of what it moves.
  setTimeout(() => { if (document.activeElement === document.body) focused.focus({ preventScroll: true }); });
  searching ??= setTimeout(() => {
    searching = null;
    htmx.ajax("GET", "/page/members", { source: "#find-member", target: "#people", swap: "innerHTML" });
  }, 150);
});
document.addEventListener("htmx:sendError", () => offline("That did not arrive: the playground does not answer. Try again in a moment."));
document.addEventListener("htmx:responseError", (event) => offline(`The playground could not do that (${event.detail.xhr.status}). Its log says why.`));

function refresh(changes) {
  refreshDraft();
  watchDialog();
  mark();
  attachPickers();
  writeTimes();
  refreshHistory(changes);
  refreshTour();
  const { hint } = byId("labels").dataset;
  if (byId("say").placeholder !== hint) byId("say").placeholder = hint;
  keepFocus();
}

let channel = null;
new MutationObserver((changes) => {
  const list = byId("messages");
  if (list && list !== channel) { channel = list; forget(); }
  refresh(changes);
}).observe(document.body, { childList: true, subtree: true });
refresh();
