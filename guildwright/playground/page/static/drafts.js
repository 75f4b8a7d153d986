// What one was about to say or run, kept for each member in each channel until it is: in this tab, a reload included.
import { resume, sent, unsaid } from "./talk.js";

const byId = (id) => document.getElementById(id);
const drafts = new Map(); // with their files, which cannot be stored: a reload drops them
let composer = null;
let seat = "";

const name = (of) => `guildwright.draft.${of}`;
function load(of) {
  try { return drafts.get(of) ?? JSON.parse(sessionStorage.getItem(name(of))) ?? {}; } catch { return {}; }
}
function keep(of, draft) {
  drafts.set(of, draft);
  const stored = JSON.stringify(draft, (key, value) => (key === "files" ? [] : value));
  try { draft.said || draft.form ? sessionStorage.setItem(name(of), stored) : sessionStorage.removeItem(name(of)); } catch { /* private mode */ }
}

// A form's HTML as it is filled in, and at rest: no request, no open list. Files are not part of it.
function filled(place) {
  for (const one of place.querySelectorAll("input:not([type=file]), textarea")) {
    if (["checkbox", "radio"].includes(one.type)) one.defaultChecked = one.checked;
    else one.defaultValue = one.value;
  }
  for (const one of place.querySelectorAll("option")) one.defaultSelected = one.selected;
  const still = place.cloneNode(true);
  for (const list of still.querySelectorAll("[role=listbox]")) { list.replaceChildren(); list.hidden = true; }
  for (const one of still.querySelectorAll("form, input")) {
    one.classList.remove("htmx-request");
    for (const state of ["aria-expanded", "aria-activedescendant"]) one.removeAttribute(state);
  }
  return still.innerHTML;
}

function fill(form) {
  byId("command").innerHTML = form;
  htmx.process(byId("command"));
}

const PARTS = {
  said: { here: unsaid, put: resume },
  form: { here: () => byId("command").firstElementChild, put: fill },
};

// What is on its way when one leaves is a draft only if it is refused, and where nothing else was begun meanwhile.
function keepIfRefused(form, of, part, what) {
  form.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form || detail.xhr.status === 200) return;
    const { here, put } = PARTS[part];
    const draft = load(of);
    if (of !== seat) keep(of, { ...draft, [part]: draft[part] || what });
    else if (!here()) put(what);
  });
}

function leave() {
  if (!composer?.isConnected) return;
  const [speaking, running] = ["#speak", "#command-form"].map((form) => composer.querySelector(`${form}.htmx-request`));
  const form = filled(byId("command"));
  keep(seat, { said: unsaid(), ...(running ? {} : { form }) });
  if (speaking) keepIfRefused(speaking, seat, "said", sent);
  if (running) keepIfRefused(running, seat, "form", form);
}

export function refreshDraft() {
  if (!byId("composer") || byId("composer") === composer) return;
  composer = byId("composer");
  const { channel, as } = JSON.parse(composer.closest("[hx-vals]").getAttribute("hx-vals"));
  seat = `${as}.${channel}`;
  const { said, form } = load(seat);
  resume(said ?? {});
  fill(form ?? "");
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target.contains(composer)) leave(); });
addEventListener("pagehide", leave);
