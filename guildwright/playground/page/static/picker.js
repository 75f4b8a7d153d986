// Lists under a text field, by keyboard and pointer: slash commands under the message box, suggestions under an option.
import Combobox from "./vendor/combobox-nav.js";

const attached = new WeakSet();

// How well a query fits a name: its letters in order, the tighter the better. Infinity: not at all.
export function misfit(query, name) {
  let at = -1;
  let gaps = 0;
  for (const letter of query) {
    const next = name.indexOf(letter, at + 1);
    if (next < 0) return Infinity;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

function filter(list, query) {
  const options = [...list.querySelectorAll("[data-name]")];
  const scored = options.map((option) => ({ option, score: misfit(query, option.dataset.name) }));
  for (const { option, score } of scored) option.hidden = score === Infinity;
  scored.sort((a, b) => a.score - b.score || a.option.dataset.name.localeCompare(b.option.dataset.name));
  const order = scored.map(({ option }) => option);
  if (order.some((option, index) => option !== options[index])) list.prepend(...order);
  const none = list.querySelector(".is-none");
  if (none) none.hidden = scored.some(({ score }) => score < Infinity);
}

function makeBox(input, list) {
  const box = new Combobox(input, list, { firstOptionSelectionMode: "selected" });
  const close = () => { if (!list.hidden) { list.hidden = true; box.stop(); } };
  const open = () => {
    if (list.hidden) { list.hidden = false; box.start(); } else box.resetSelection();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { close(); event.stopPropagation(); }
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  return { open, close };
}

// What is offered for what was typed is shown, unless one of it was chosen before the answer came.
function showWhatComes(input, list, show) {
  let chosen = false;
  for (const type of ["input", "focus"]) input.addEventListener(type, () => { chosen = false; });
  list.addEventListener("combobox-commit", () => { chosen = true; });
  list.addEventListener("htmx:afterSwap", () => { if (document.activeElement === input && !chosen) show(); });
}

function attachCommands(input) {
  const list = document.getElementById(input.dataset.picker);
  const { open, close } = makeBox(input, list);
  // On the form, so that it runs after the box's own listener has cleared the selection.
  input.form.addEventListener("input", () => {
    if (!input.value.startsWith("/")) return close();
    filter(list, input.value.slice(1).trim().toLowerCase());
    open();
  });
  list.addEventListener("combobox-commit", () => { close(); input.value = ""; });
}

function attachSuggestions(input) {
  const list = document.getElementById(input.dataset.suggestions);
  const value = input.previousElementSibling;
  const { open, close } = makeBox(input, list);
  // What must be something that is here (data-strict) counts only once it is chosen.
  input.addEventListener("input", () => { value.value = "strict" in input.dataset ? "" : input.value; });
  showWhatComes(input, list, open);
  list.addEventListener("combobox-commit", (event) => {
    input.value = (event.target.querySelector("bdi") ?? event.target).textContent;
    value.value = event.target.dataset.value;
    close();
  });
}

// Several of them, as chips: each holds its value in a hidden field.
function chip(chooser, value, label) {
  const item = document.createElement("li");
  item.className = "chip";
  const name = document.createElement("bdi");
  name.textContent = label;
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: chooser.dataset.name, value });
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  remove.dataset.unchoose = "";
  remove.setAttribute("aria-label", `Remove ${label}`);
  item.append(name, field, remove);
  return item;
}

function attachChooser(input) {
  const list = document.getElementById(input.dataset.chooses);
  const chooser = input.closest("[data-chooser]");
  const chips = chooser.querySelector(".chips");
  const { open, close } = makeBox(input, list);
  showWhatComes(input, list, () => { open(); list.scrollIntoView({ block: "nearest" }); });
  list.addEventListener("combobox-commit", (event) => {
    const { value } = event.target.dataset;
    const known = [...chips.querySelectorAll("input")].some((field) => field.value === value);
    const most = Number(chooser.dataset.most);
    if (most === 1) chips.replaceChildren();
    if (!known || most === 1) {
      if (chips.children.length >= most) chips.lastElementChild.remove();
      chips.append(chip(chooser, value, event.target.querySelector("bdi").textContent));
    }
    input.value = "";
    close();
    if ("sends" in chooser.dataset) chooser.closest("form").requestSubmit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && !input.value) chips.lastElementChild?.remove();
  });
}

document.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-unchoose]");
  if (!remove) return;
  const input = remove.closest("[data-chooser]").querySelector("[data-chooses]");
  remove.closest(".chip").remove();
  input.focus();
});

export function attachPickers() {
  for (const input of document.querySelectorAll("[data-picker], [data-suggestions], [data-chooses]")) {
    if (attached.has(input)) continue;
    attached.add(input);
    const { picker, chooses } = input.dataset;
    (picker ? attachCommands : chooses ? attachChooser : attachSuggestions)(input);
  }
}
