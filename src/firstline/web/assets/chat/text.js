// Words, icons and colours of the chat page.
import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
const drawings = new URL("../vendor/", import.meta.url).pathname;
export const icon = (name, sheet = "chat") =>
  html`<svg class="icon" aria-hidden="true"><use href=${`${drawings}${sheet}.svg#${name}`} /></svg>`;

// The words of the page's language; `use(words)` replaces them when the visitor switches.
export let words = {};
export const use = (more) => (words = { ...words, ...more });
export const t = (key, slots) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => slots?.[name] ?? "");

// The accent as the business chose it, moved just far enough that text on it, and it as text, reach 4.5:1 (WCAG 1.4.3).
export function accents(hex, dark) {
  const rgb = /^#[\da-f]{6}$/i.test(hex ?? "") ? [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) : [31, 94, 219];
  const surface = dark ? [28, 31, 38] : [255, 255, 255];
  const onto = contrast(rgb, [255, 255, 255]) >= 3 ? [255, 255, 255] : [17, 20, 26];
  const opposite = onto[0] === 255 ? [0, 0, 0] : [255, 255, 255];
  const fill = toward(rgb, opposite, (c) => contrast(c, onto) >= 4.5);
  const ink = toward(rgb, dark ? [255, 255, 255] : [0, 0, 0], (c) => contrast(c, surface) >= 4.6);
  const css = (c) => `rgb(${c.map(Math.round).join(" ")})`;
  return { "--accent": css(fill), "--on-accent": css(onto), "--ink": css(ink) };
}

function toward(from, to, enough) {
  let mixed = from;
  for (let k = 0.05; !enough(mixed) && k <= 1; k += 0.05) mixed = from.map((v, i) => v + (to[i] - v) * k);
  return mixed;
}

const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
