// A table of rows is looked at before it is written: how many are new, changed, the same, and which cannot be used and why.
import { render } from "../vendor/preact.js";
import { tell } from "./acts.js";
import { api } from "./api.js";
import { toast } from "./toast.js";
import { html, icon, t } from "./words.js";

const form = document.getElementById("import-form"), place = document.getElementById("import-plan");
const input = document.getElementById("import-csv"), go = form.querySelector(".btn-primary"), said = form.querySelector(".form-said");
let plan = null;

const body = () => { const data = new FormData(); data.append("file", input.files[0]); return data; };
function tellWrong(text) {
  said.textContent = text;
  said.classList.toggle("wrong", Boolean(text));
}

const Plan = ({ plan: p }) => html`<div class="plan">
  <dl class="plan-counts">${["new", "changed", "same", "bad"].map((name) => html`<div class=${`plan-${name} ${p[name] ? "" : "none"}`}><dt>${t(`rows_${name}`)}</dt><dd>${p[name]}</dd></div>`)}</dl>
  ${p.repeated > 0 && html`<p class="hint">${t(p.repeated === 1 ? "rowRepeated" : "rowsRepeated", { n: p.repeated })}</p>`}
  ${p.errors.length > 0 && html`<div class="plan-faults" tabindex="0" role="region" aria-label=${t("rows_bad")}><table class="table"><thead><tr><th>${t("row")}</th><th>${t("column")}</th><th>${t("whatIsWrong")}</th></tr></thead>
    <tbody>${p.errors.map((e) => html`<tr><td class="num">${e.row}</td><td>${e.column}</td><td>${e.message}</td></tr>`)}</tbody></table></div>
    <p class="hint">${icon("info-circle", "inline")} ${t("badLeftOut")}</p>`}
</div>`;

async function look() {
  plan = null;
  go.disabled = true;
  tellWrong("");
  render(null, place);
  if (!input.files.length) return;
  try {
    plan = await api("POST", `${form.dataset.import}?dry_run=true`, body());
    render(html`<${Plan} plan=${plan} />`, place);
    const n = plan.new + plan.changed;
    go.disabled = n === 0;
    go.textContent = n ? t(n === 1 ? "importOneRow" : "importRows", { n }) : t("importNothing");
  } catch (problem) {
    tellWrong(problem.message);
  }
}

input.addEventListener("change", look);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!plan) return;
  go.disabled = true;
  try {
    const done = await api("POST", `${form.dataset.import}?dry_run=false&only_good=true`, body());
    form.closest("dialog").close();
    toast(t("imported", { n: done.new + done.changed }));
    tell(form.dataset.then);
  } catch (problem) {
    tellWrong(problem.message);
    go.disabled = false;
  }
});
form.closest("dialog").addEventListener("close", () => {
  form.reset();
  look();
});
