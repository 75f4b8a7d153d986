// Copies what the pages need from node_modules into the package, so that running Guildwright needs no Node.
// Plain copies and one SVG sprite: nothing here depends on the machine, so CI can rebuild and compare.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "guildwright", "playground", "page", "static", "vendor");

const COPIES = {
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "htmx-sse.js": "htmx-ext-sse/dist/sse.min.js",
  "combobox-nav.js": "@github/combobox-nav/dist/index.js",
  "bitter-latin.woff2": "@fontsource-variable/bitter/files/bitter-latin-wght-normal.woff2",
  "source-sans-3-latin.woff2": "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
};

// Only the icons that the pages use: the full sprite is 1 MB.
const ICONS = [
  "archive", "archive-restore", "at-sign", "ban", "bell", "bot", "check", "chevron-down", "chevrons-up-down",
  "circle-alert", "clock", "copy", "corner-down-right", "crown", "download", "ellipsis", "external-link", "eye",
  "file", "gavel", "hammer", "hash", "headphone-off", "headphones", "image", "lightbulb", "loader", "lock", "log-out",
  "megaphone", "menu", "message-square-plus", "messages-square", "mic", "mic-off", "panel-right", "paperclip",
  "pencil", "phone", "phone-off", "pin", "pin-off", "plug", "plus", "reply", "rotate-ccw", "search", "send",
  "settings", "shield", "slash", "smile-plus", "sun-moon", "tag", "trash-2", "triangle-alert", "user-plus", "user-x",
  "users", "volume-2", "volume-x", "x",
  // of the frame:
  "arrow-down", "circle", "circle-check", "compass", "skip-forward", "sprout", "zap",
];

const LICENSED = ["htmx.org", "htmx-ext-sse", "@github/combobox-nav", "lucide-static",
  "@fontsource-variable/bitter", "@fontsource-variable/source-sans-3"];

async function symbol(name) {
  const svg = await readFile(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shapes = body.replace(/\s+/g, " ").replace(/> </g, "><").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
    + `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
}

async function notice(name) {
  const { version, license } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
  const text = await readFile(join(modules, name, "LICENSE"), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
for (const [target, source] of Object.entries(COPIES)) {
  await writeFile(join(out, target), await readFile(join(modules, source)));
}
const symbols = await Promise.all(ICONS.map(symbol));
await writeFile(join(out, "icons.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
const notices = await Promise.all(LICENSED.map(notice));
await writeFile(join(out, "NOTICES.txt"),
  `Third-party files in this folder, built by web/build.mjs.\n\n${notices.join(`\n${"-".repeat(78)}\n\n`)}`);
