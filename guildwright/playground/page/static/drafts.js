// What one was about to say or run, kept for each member in each channel until it is: in this tab, a reload included.
import { resume, unsaid } from "./talk.js";

const byId = (id) => document.getElementById(id);
const files = new Map(); // they cannot be stored: a reload drops them
let composer = null;
let seat = "";

const name = (of) => `guildwright.draft.${of}`;
const load = (of) => { try { return JSON.parse(sessionStorage.getItem(name(of))) ?? {}; } catch { return {}; } };
function keep(of, draft) {
  const isEmpty = !Object.values(draft).some(Boolean);
  try { isEmpty ? sessionStorage.removeItem(name(of)) : sessionStorage.setItem(name(of), JSON.stringify(draft)); } catch { /* private mode */ }
}

// A form's HTML as it is filled in; files are not part of it.
function filled(place) {
  for (const one of place.querySelectorAll("input:not([type=file]), textarea")) {
    if (["checkbox", "radio"].includes(one.type)) one.defaultChecked = one.checked;
    else one.defaultValue = one.value;
  }
  for (const one of place.querySelectorAll("option")) one.defaultSelected = one.selected;
  return place.innerHTML;
}

// What is on its way when one leaves is a draft only if it is refused.
function forgetWhenDone(form, of, part) {
  form?.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== form || !detail.successful) return;
    const draft = load(of);
    for (const one of part) delete draft[one];
    if (part.includes("text")) files.delete(of);
    keep(of, draft);
    if (of === seat) show(of);
  });
}

function leave() {
  if (!composer?.isConnected) return;
  const { files: brought, ...said } = unsaid();
  files.set(seat, brought);
  keep(seat, { ...said, form: filled(byId("command")) });
  forgetWhenDone(composer.querySelector("#speak.htmx-request"), seat, Object.keys(said));
  forgetWhenDone(composer.querySelector("#command-form.htmx-request"), seat, ["form"]);
}

function show(of) {
  const { form = "", ...said } = load(of);
  resume({ ...said, files: files.get(of) });
  byId("command").innerHTML = form;
  htmx.process(byId("command"));
}

export function refreshDraft() {
  if (!byId("composer") || byId("composer") === composer) return;
  composer = byId("composer");
  const { channel, as } = JSON.parse(composer.closest("[hx-vals]").getAttribute("hx-vals"));
  seat = `${as}.${channel}`;
  show(seat);
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target.contains(composer)) leave(); });
addEventListener("pagehide", leave);
