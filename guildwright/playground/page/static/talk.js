// What a person does with messages and members: menus by pointer and key, reply, edit, react, copy.
const byId = (id) => document.getElementById(id);
const seat = () => JSON.parse(byId("composer").closest("[hx-vals]").getAttribute("hx-vals"));
const MARGIN = 8;

// A floating element at a point, or under what opened it, always inside the window.
function place(floating, { x, y }) {
  floating.showPopover();
  const { offsetWidth: width, offsetHeight: height } = floating;
  const left = Math.max(MARGIN, Math.min(x, innerWidth - width - MARGIN));
  const top = Math.max(MARGIN, y + height + MARGIN > innerHeight ? y - height : y);
  floating.style.left = `${left}px`;
  floating.style.top = `${Math.min(top, innerHeight - height - MARGIN)}px`;
}

function below(element) {
  const { left, right, bottom } = element.getBoundingClientRect();
  return { x: getComputedStyle(element).direction === "rtl" ? right : left, y: bottom + 2 };
}

// The menu of whatever carries data-menu; its opener gets the focus back.
let opener = null;
async function openMenu(owner, from, point) {
  const { menu: kind, target } = owner.dataset;
  await htmx.ajax("GET", "/page/menu", { target: "#menu", swap: "innerHTML", values: { ...seat(), kind, target } });
  opener = from;
  place(byId("menu"), point);
  items()[0]?.focus();
}

const items = () => [...byId("menu").querySelectorAll("[role=menuitem]")];

document.addEventListener("contextmenu", (event) => {
  const owner = event.target.closest("[data-menu]");
  // A link, a field and selected words keep the browser's own menu.
  if (!owner || event.target.closest("a[target], input, textarea, #menu") || String(getSelection())) return;
  event.preventDefault();
  const focused = document.activeElement;
  const from = owner.contains(focused) ? focused : owner;
  openMenu(owner, from, event.button === 2 ? { x: event.clientX, y: event.clientY } : below(from));
});

document.addEventListener("toggle", (event) => {
  const { id } = event.target;
  if (event.newState !== "closed" || !["menu", "emojis"].includes(id)) return;
  if (document.activeElement === document.body || event.target.contains(document.activeElement)) giveBack();
}, true);

function giveBack() {
  const place = opener?.isConnected ? opener : byId(opener?.id) ?? box();
  place.focus({ preventScroll: true });
}

function closeMenu() { byId("menu").hidePopover(); giveBack(); }

function moveInMenu(event) {
  const all = items();
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  let next = steps[event.key];
  if (event.key === "Tab" || event.key === "Escape") return event.preventDefault(), closeMenu();
  if (next === undefined && event.key.length === 1 && event.key !== " ") {
    const starts = (item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    next = [...all.keys()].map((step) => (at + 1 + step) % all.length).find((index) => starts(all[index]));
  }
  if (next === undefined) return;
  event.preventDefault();
  all[(next + all.length) % all.length].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("#menu")) return moveInMenu(event);
  if (event.target.closest("#emoji-grid")) return moveInGrid(event);
  if (!["say", "lines"].includes(event.target.id)) return;
  if (event.key === "Escape" && !byId("about").hidden) writeAnew();
  if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); type("\n"); }
  else if (event.key === "Enter" && event.target.id === "lines" && !event.isComposing) { event.preventDefault(); event.target.form.requestSubmit(); }
  if (event.key === "ArrowUp" && !event.target.value && !event.target.hasAttribute("aria-activedescendant")) {
    const own = [...document.querySelectorAll("#message-list [data-edit]")].at(-1);
    if (own) { event.preventDefault(); edit(own.dataset.edit, own.dataset.content); }
  }
});

// The message box: one line, or several once a line ends in it (Shift and Enter, or pasted); back when none does.
const box = () => byId(byId("lines").hidden ? "say" : "lines");

function put(text) {
  const id = text.includes("\n") ? "lines" : "say";
  for (const other of ["say", "lines"]) byId(other).hidden = byId(other).disabled = other !== id;
  byId(id).value = text;
}

function write(text, at = text.length) {
  put(text);
  box().focus();
  box().setSelectionRange(at, at);
}

function type(text) {
  const { value, selectionStart: from, selectionEnd: to } = box();
  write(value.slice(0, from) + text + value.slice(to), from + text.length);
}

document.addEventListener("input", ({ target }) => {
  if (target.id === "lines" && !target.value.includes("\n")) write(target.value, target.selectionStart);
});

// Sent alone is a new message; or it is a reply, or one's own message again.
function mark(kind, id, text) {
  byId("reply-to").value = kind === "reply" ? id : "";
  byId("edits").value = kind === "edit" ? id : "";
  byId("about").hidden = !kind;
  byId("about-reply").hidden = kind !== "reply";
  byId("about-edit").hidden = kind !== "edit";
  byId("about-name").textContent = kind === "reply" ? text : "";
}

function about(kind, id, text) {
  mark(kind, id, text);
  box().focus();
}

function edit(id, content) { about("edit", id); write(content); }

function writeAnew() {
  if (byId("edits").value) write("");
  about(null);
}

const said = () => {
  const [reply, edits] = [byId("reply-to").value, byId("edits").value];
  return { text: box().value, reply, edits, name: byId("about-name").textContent, files: bringing };
};

// What is written, attached or pressed while the answer is under way is the beginning of the next message.
export let sent = null;
document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.elt.id === "speak") sent = said(); });
function begun() {
  const { text, reply, edits, name, files } = said();
  const goesOn = edits === sent.edits && text.startsWith(sent.text);
  return {
    text: goesOn ? text.slice(sent.text.length).trimStart() : text,
    reply: reply === sent.reply ? "" : reply,
    edits: edits === sent.edits ? "" : edits,
    name,
    files: files.filter((file) => !sent.files.includes(file)),
  };
}
document.addEventListener("spoken", () => { resume(begun()); box().focus(); });

// For drafts.js: what is not sent yet, if anything, and the same put back without taking the focus.
export function unsaid() {
  const left = byId("speak").matches(".htmx-request") ? begun() : said();
  return left.text || left.reply || left.edits || left.files.length ? left : null;
}

export function resume({ text = "", reply = "", edits = "", name = "", files = [] }) {
  put(text);
  mark((reply && "reply") || (edits && "edit") || null, reply || edits, name);
  bring(files);
}

// An act that leads elsewhere swaps nothing: its dialog is closed by hand.
document.addEventListener("acted", () => byId("modal")?.close());

// Reactions.
let reacting = null;
function openEmojis(id, from) {
  reacting = id;
  opener = from;
  const point = below(from);
  byId("emoji-search").value = "";
  filterEmojis();
  place(byId("emojis"), point);
  byId("emoji-search").focus();
}

const shownEmojis = () => [...byId("emoji-grid").querySelectorAll(".emoji-choice:not([hidden])")];

function filterEmojis() {
  const query = byId("emoji-search").value.trim().toLowerCase();
  for (const choice of byId("emoji-grid").children) choice.hidden = !choice.dataset.words.includes(query);
  byId("emoji-none").hidden = shownEmojis().length > 0;
}

function moveInGrid(event) {
  const all = shownEmojis();
  const columns = all.filter((choice) => choice.offsetTop === all[0].offsetTop).length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = all.indexOf(event.target) + step;
  next < 0 ? byId("emoji-search").focus() : all[next]?.focus();
}

function react(emoji) {
  byId("emojis").hidePopover();
  giveBack();
  const values = { ...seat(), target: reacting, emoji };
  htmx.ajax("POST", "/page/acts/react", { source: "#composer", target: `#result-${reacting}`, swap: "innerHTML", values });
}

document.addEventListener("input", (event) => { if (event.target.id === "emoji-search") filterEmojis(); });
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "emoji-search") return;
  if (event.key === "Enter") { event.preventDefault(); const [first] = shownEmojis(); if (first) react(first.dataset.emoji); }
  if (event.key === "ArrowDown") { event.preventDefault(); shownEmojis()[0]?.focus(); }
});

function say(text) { byId("said").textContent = text; }
async function copy(text) {
  try { await navigator.clipboard.writeText(text); say("Copied."); } catch { say(`This browser does not let a page copy. It is: ${text}`); }
}

// Whoever writes is seen to type: said at most every eight seconds, shown for ten.
let typedAt = 0;
document.addEventListener("input", (event) => {
  if (event.target !== box() || !event.target.value || event.target.value.startsWith("/")) return;
  if (Date.now() - typedAt < 8000) return;
  typedAt = Date.now();
  const headers = { "HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded" };
  fetch("/page/acts/typing", { method: "POST", headers, body: new URLSearchParams(seat()) }).catch(() => {});
});
let typingEnds;
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "typing") return;
  clearTimeout(typingEnds);
  typingEnds = setTimeout(() => byId("typing").replaceChildren(), 10000);
});
document.addEventListener("spoken", () => { typedAt = 0; });

// Files: chosen, dropped or pasted; each can be taken off again.
let bringing = [];
function bring(files) {
  bringing = files;
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  byId("files").files = held.files;
  byId("file-list").replaceChildren(...files.map((file, index) => {
    const item = document.createElement("li");
    item.className = "chip";
    const name = Object.assign(document.createElement("bdi"), { textContent: file.name });
    const off = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    off.setAttribute("aria-label", `Take off ${file.name}`);
    off.addEventListener("click", () => { bring(bringing.filter((_, other) => other !== index)); box().focus(); });
    item.append(name, off);
    return item;
  }));
}
document.addEventListener("change", (event) => { if (event.target.id === "files") bring([...bringing, ...event.target.files]); });
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const text = event.clipboardData?.getData("text") ?? "";
  if (event.target !== box()) return;
  if (files.length) { event.preventDefault(); bring([...bringing, ...files]); }
  else if (event.target.id === "say" && text.trim().includes("\n")) { event.preventDefault(); type(text.trim().replaceAll("\r", "")); }
});
document.addEventListener("dragover", (event) => { if (event.target.closest(".talk")) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!event.target.closest(".talk") || !event.dataTransfer.files.length) return;
  event.preventDefault();
  bring([...bringing, ...event.dataTransfer.files]);
});

const nameOf = (id) => byId(`m-${id}`)?.querySelector(".author")?.textContent ?? "";
const ON_CLICK = {
  "[data-more]": (button) => openMenu(button.closest("[data-menu]"), button, below(button)),
  "[data-emoji]": (button) => react(button.dataset.emoji),
  "[data-react]": (button) => openEmojis(button.dataset.react, button.closest("#menu") ? opener : button),
  "[data-reply]": (button) => about("reply", button.dataset.reply, nameOf(button.dataset.reply)),
  "[data-edit]": (button) => edit(button.dataset.edit, button.dataset.content ?? button.dataset.hint),
  "[data-insert]": (button) => type(button.dataset.insert),
  "[data-copy]": (button) => copy(button.dataset.copy),
  "[data-write-anew]": writeAnew,
};

document.addEventListener("click", (event) => {
  const item = event.target.closest("#menu [role=menuitem]");
  const found = Object.keys(ON_CLICK).map((selector) => [event.target.closest(selector), ON_CLICK[selector]]).find(([button]) => button);
  if (item) closeMenu();
  found?.[1](found[0]);
});
