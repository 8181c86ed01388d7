// Times and links within what was said.
import { html, t } from "./text.js";

export const time = (iso, lang) => new Intl.DateTimeFormat(lang, { timeStyle: "short" }).format(new Date(iso));
export const fullTime = (iso, lang) =>
  new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "short" }).format(new Date(iso));

export function day(iso, lang) {
  const date = new Date(iso), midnight = (d) => new Date(d).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(Date.now()) - midnight(date)) / 864e5);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  return new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

// Addresses, mail addresses and phone numbers of ten digits or more become links; all else stays text.
const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(\+?\(?\d[\d ().-]{8,}\d)/g;
export function linked(text) {
  const out = [];
  let end = 0;
  for (const [hit, url, mail, phone] of matches(text)) {
    const digits = phone?.replace(/\D/g, "") ?? "";
    if (phone && (digits.length < 10 || digits.length > 15 || /^\d{4}-\d\d-\d\d/.test(phone))) continue;
    const at = text.indexOf(hit, end);
    out.push(text.slice(end, at));
    const href = url ?? (mail ? `mailto:${mail}` : `tel:${phone.startsWith("+") ? "+" : ""}${digits}`);
    out.push(html`<a href=${href} target=${url && "_blank"} rel="noopener noreferrer nofollow">${hit}</a>`);
    end = at + hit.length;
  }
  return [...out, text.slice(end)];
}
const matches = (text) => text.matchAll(LINK);
export const webAddress = (uri) => (/^https?:\/\//i.test(uri ?? "") ? uri : null);

