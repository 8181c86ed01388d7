// Forms that speak JSON to the admin API: names are paths ("business_hours.mon[0].open"), and a problem's errors[] name
// the same paths, so that each error stands beside its field. What was typed is never lost.
import { api, newId } from "./api.js";
import { installRows } from "./rows.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const split = (text, by) => text.split(by).map((part) => part.trim()).filter(Boolean);
const KINDS = {
  flag: (input) => input.checked,
  number: (input) => (input.value.trim() === "" ? null : Number(input.value)),
  money: (input) => input.value.trim().replace(",", ".") || null,
  words: (input) => split(input.value, /[,\n]/),
  lines: (input) => split(input.value, "\n"),
  text: (input) => input.value.trim() || undefined,
  closing: (input) => (input.value === "00:00" ? "24:00" : input.value),
  // A holiday is either one date or a day of every year.
  date: (input) => (yearly(input)?.checked ? undefined : input.value || null),
  yearly: (input) => (input.checked ? input.closest("[data-row]").querySelector("[type=date]").value.slice(5) : undefined),
  day: (input) => input.value || null,
  json: (input) => (input.value.trim() ? JSON.parse(input.value) : undefined),
};
const yearly = (input) => input.closest("[data-row]")?.querySelector('[data-kind="yearly"]');

const steps = (path) => path.match(/[^.[\]]+/g).map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function put(target, path, value) {
  const parts = steps(path);
  const last = parts.pop();
  let node = target;
  parts.forEach((part, i) => (node = node[part] ??= typeof (parts[i + 1] ?? last) === "number" ? [] : {}));
  node[last] = value;
}

export function read(form) {
  const body = {};
  // An emptied list is an empty list, not silence. Outer lists come first in document order.
  for (const list of form.querySelectorAll("[data-rows]")) put(body, list.dataset.rows, []);
  for (const input of form.elements) {
    if (!input.name || input.disabled || (input.type === "radio" && !input.checked)) continue;
    const value = KINDS[input.dataset.kind]?.(input) ?? (input.dataset.kind ? KINDS[input.dataset.kind](input) : input.value.trim());
    if (value !== undefined) put(body, input.name, value);
    else if (input.dataset.kind === "text") localized(body, input.name);
  }
  for (const part of form.querySelectorAll("[data-null-without]"))
    if (!body[part.dataset.object]?.[part.dataset.nullWithout]) body[part.dataset.object] = null;
  return body;
}

// An emptied text of one language is removed; its object stays.
const localized = (body, name) => put(body, name.slice(0, name.lastIndexOf(".")), steps(name).slice(0, -1).reduce((node, part) => node?.[part], body) ?? {});

function clear(form) {
  for (const line of form.querySelectorAll(".field-error")) line.remove();
  for (const input of form.querySelectorAll(".is-invalid")) {
    input.classList.remove("is-invalid");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}

// What the server says is for programs; of the usual fields people are told in their own words.
const PLAIN = { tel: "badPhone", email: "badEmail", url: "badUrl" };
const whole = (text) => /^https?:\/\/[^\s/]/i.test(text.trim());
function friendly(input, message) {
  if (/^(string|value|input|field)\b/i.test(message) && !input.value.trim()) return t("fillIn");
  if (input.dataset.refused && whole(input.value)) return input.dataset.refused; // a whole address, but not one that is read
  if (input.value.trim() && PLAIN[input.type]) return t(PLAIN[input.type]);
  return input.name === "timezone" ? t("badZone") : message.charAt(0).toUpperCase() + message.slice(1);
}

function mark(form, { field, message }, i) {
  const named = [...form.elements].filter((input) => input.name);
  const beside = named.find((n) => n.name === field) ?? named.find((n) => n.name.startsWith(`${field}.`) || n.name.startsWith(`${field}[`))
    ?? named.find((n) => field.startsWith(`${n.name}.`) || field.startsWith(`${n.name}[`));
  if (!beside) return null;
  const line = Object.assign(document.createElement("p"), { className: "field-error", id: `error-${i}`, textContent: friendly(beside, message) });
  beside.classList.add("is-invalid");
  beside.setAttribute("aria-invalid", "true");
  beside.setAttribute("aria-describedby", line.id);
  const folded = beside.closest("details");
  if (folded) folded.open = true;
  (beside.closest(".field, .stretch, .choices") ?? beside).append(line);
  return beside;
}

// What a page finds wrong itself, before anything is sent.
export function fault(form, field, message) {
  clear(form);
  mark(form, { field, message }, 0)?.focus();
}

export async function send(form) {
  const said = form.querySelector(".form-said"), button = form.querySelector("[type=submit], .btn-primary:not([type=button])");
  clear(form);
  said.textContent = "";
  button.disabled = true;
  form.dataset.key ||= newId();
  try {
    await api(form.dataset.method, form.dataset.send.replace("/api/v1/", ""), read(form), { key: form.dataset.key });
    delete form.dataset.dirty;
    form.closest("dialog")?.close();
    toast(form.dataset.said ?? t("saved"));
    form.dispatchEvent(new CustomEvent("sent"));
    for (const name of form.dataset.then?.split(" ") ?? []) document.body.dispatchEvent(new CustomEvent(name));
    return true;
  } catch (problem) {
    const places = problem.errors.map((error, i) => mark(form, error, i));
    said.textContent = problem.errors.length && places.every(Boolean) ? t("notSaved") : problem.message;
    said.classList.add("wrong");
    places.find(Boolean)?.focus();
    return false;
  } finally {
    delete form.dataset.key; // another try is another request: its words may have changed
    button.disabled = false;
  }
}

export function installForms(root) {
  installRows(root);
  root.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-send]")) return;
    event.preventDefault();
    send(event.target);
  });
  root.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-send]")) return;
    if ("quick" in form.dataset) return; // one field and a button: nothing is lost
    form.dataset.dirty = "yes";
    const said = form.querySelector(".form-said");
    if (!form.closest("dialog")) said.textContent = t("unsaved");
    said.classList.remove("wrong");
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty]:not(dialog form)")) event.preventDefault();
  });
}
