// Words, icons and times of the console's scripts. The page carries its words as JSON, which browsers never run.
import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
export const frame = read("frame");
export const config = { ...read("page-config"), ...read("inbox-config") };
const words = { ...frame.words, ...config.words };
export const has = (key) => key in words;
export const t = (key, slots) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => slots?.[name] ?? "");
export const icon = (name, cls = "") =>
  html`<svg class=${`icon ${cls}`} aria-hidden="true"><use href=${`/assets/vendor/icons.svg#${name}`} /></svg>`;

export const lang = config.lang ?? frame.lang ?? "en";
const timeZone = config.business?.timezone; // the business's clock, as on the pages made by the server
const clock = new Intl.DateTimeFormat(lang, { timeStyle: "short", timeZone });
const whole = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", timeZone });
export const time = (iso) => clock.format(new Date(iso));
export const fullTime = (iso) => (iso ? whole.format(new Date(iso)) : "");
export function day(iso) {
  const midnight = (d) => new Date(d).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(Date.now()) - midnight(iso)) / 864e5);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  return new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso));
}
export function ago(iso, now = Date.now()) {
  const minutes = Math.max(0, Math.floor((now - new Date(iso)) / 60_000));
  if (minutes < 1) return t("now");
  if (minutes < 60) return t("minutes", { n: minutes });
  if (minutes < 48 * 60) return t("hours", { n: Math.floor(minutes / 60) });
  return t("days", { n: Math.floor(minutes / 1440) });
}
// How strong a passage is beside the strongest one (fused scores are sums of z-scores: they have no scale of their own).
export const strength = (p, all) => Math.max(0, p.scores?.fused ?? 0) / Math.max(1e-9, ...all.map((one) => one.scores?.fused ?? 0));
// "request_quote" as a person reads it; a business's own intents are shown as they are named.
export const named = (group, name) => (has(`${group}_${name}`) ? t(`${group}_${name}`) : String(name ?? "").replaceAll("_", " "));

// A number as it is dialled at home: North American ones in their usual shape, others as they are stored.
export const phoneOf = (number) => String(number ?? "").replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
// Whoever it is, by the best that is known of them.
export const whoIs = (row) => row?.name ?? (row?.phone ? phoneOf(row.phone) : row?.email) ?? t("visitor");
// A passage as a person reads it: a table's rows with dots between their cells, its ruler left out.
export const readable = (text) => String(text ?? "").split("\n").filter((line) => !/^\s*\|[\s|:-]+\|?\s*$/.test(line))
  .map((line) => (/^\s*\|.*\|\s*$/.test(line) ? line.trim().slice(1, -1).split("|").map((cell) => cell.trim()).filter(Boolean).join(" · ") : line)).join("\n");
