// Times in the reader's own zone and language; relative ones move on.
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const formats = Object.fromEntries(
  Object.entries(STYLES).map(([style, options]) => [style, new Intl.DateTimeFormat(undefined, options)]));

function relative(date) {
  const seconds = Math.trunc((date - Date.now()) / 1000);
  // 59 minutes and 40 seconds are an hour to a reader.
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= 0.95 * length) ?? ["second", 1];
  return relativeFormat.format(Math.round(seconds / size), unit);
}

function write(element) {
  const date = new Date(element.dateTime);
  const style = element.dataset.style;
  const text = style === "R" ? relative(date) : (formats[style] ?? formats.f).format(date);
  if (element.textContent !== text) element.textContent = text;
  const title = formats.F.format(date);
  if (element.title !== title) element.title = title;
}

export function writeTimes(selector = "time[data-style]") {
  document.querySelectorAll(selector).forEach(write);
}

setInterval(() => writeTimes("time[data-style=R]"), 1000);
