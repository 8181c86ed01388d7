// The overview's forms: an address without its https://, a service account's key out of its file, the dialog of a source,
// and what a website says of the business.
import { tell } from "./acts.js";
import { api, newId } from "./api.js";
import { fault } from "./form.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const byId = (id) => document.getElementById(id);

// People paste "acme.example"; before form.js reads it.
byId("site-form").addEventListener("submit", (event) => {
  const input = event.target.elements.uri, typed = input.value.trim();
  if (typed && !typed.includes("://") && typed.includes(".")) input.value = `https://${typed}`;
});
byId("site-form").addEventListener("sent", (event) => event.target.reset());

// What Google made is JSON with these two in it, or a token with its client; anything else is said before it is sent.
for (const name of ["drive-form", "source-form"])
  byId(name).addEventListener("submit", (event) => {
    const input = event.target.elements.credentials;
    if (!input || input.disabled || (!input.value.trim() && name === "source-form")) return;
    let key = null;
    try { key = JSON.parse(input.value); } catch { /* said below */ }
    if (key && typeof key === "object" && ((key.client_email && key.private_key) || key.refresh_token)) return;
    event.preventDefault();
    event.stopPropagation();
    fault(event.target, "credentials", t("driveKeyBad"));
  });

for (const button of document.querySelectorAll("[data-choose]")) button.addEventListener("click", () => byId(button.dataset.choose).click());
byId("drive-file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) byId("drive-key").value = await file.text();
  event.target.value = "";
});

const form = byId("source-form");
function show(source) {
  form.reset();
  for (const line of form.querySelectorAll(".field-error")) line.remove();
  for (const input of form.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
  form.querySelector(".form-said").textContent = "";
  form.dataset.send = `/api/v1/kb/sources/${source.id}`;
  byId("source-uri").textContent = source.kind === "crm" ? "" : source.uri;
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.disabled = part.dataset.for !== source.kind;
  const set = (name, value) => { const input = form.elements[name]; if (input && value != null) input.value = value; };
  set("title", source.title);
  set("visibility", source.visibility);
  set("tags", (source.tags ?? []).join(", "));
  for (const name of ["mode", "depth", "most_pages", "rate_per_second"]) set(`config.${name}`, source.config[name]);
  for (const name of ["scope", "exclude"]) set(`config.${name}`, (source.config[name] ?? []).join("\n"));
  form.querySelector('[data-for="drive"] [data-kind="flag"]').checked = Boolean(source.config.include_private_docs);
  byId("source").showModal();
}

document.addEventListener("click", (event) => {
  const edit = event.target.closest?.("[data-edit-source]");
  if (edit) show(JSON.parse(edit.dataset.editSource));
  const all = event.target.closest?.("[data-tick-all]");
  if (all) for (const box of all.parentElement.querySelectorAll("input")) box.checked = true;
});

document.addEventListener("submit", async (event) => {
  const card = event.target.closest?.("[data-proposal]");
  if (!card) return;
  event.preventDefault();
  const chosen = (name) => [...event.target.querySelectorAll(`[name="${name}"]:checked`)].map((box) => box.value);
  const body = { fields: chosen("fields"), services: chosen("services").map(Number), faqs: chosen("faqs").map(Number) };
  const said = event.target.querySelector(".form-said"), button = event.target.querySelector(".btn-primary");
  said.textContent = "";
  if (!body.fields.length && !body.services.length && !body.faqs.length) {
    said.textContent = t("proposalNothing");
    said.classList.add("wrong");
    for (const fold of event.target.querySelectorAll(".guessed")) fold.open = true;
    event.target.querySelector(".pick input")?.focus();
    return;
  }
  button.disabled = true;
  try {
    await api("POST", `kb/proposals/${card.dataset.proposal}/acceptance`, body, { key: newId() });
    toast(t("proposalAccepted"));
    tell("proposals-changed sources-changed");
  } catch (problem) {
    said.textContent = problem.message;
    said.classList.add("wrong");
    button.disabled = false;
  }
});
