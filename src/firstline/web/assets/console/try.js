// "What would it answer?": a whole turn in the playground, nothing stored, and beside it what the search found.
import { render } from "../vendor/preact.js";
import { api } from "./api.js";
import { html, icon, readable, strength, t } from "./words.js";

const form = document.getElementById("try-form"), place = document.getElementById("tried");
const Passage = ({ p, all }) => html`<li class=${p.above_floor === false ? "weak" : ""}>
  <p><b>${p.title}</b>${p.section && p.section !== p.title && html`<span class="dim"> · ${p.section}</span>`}
  <span class="score" title=${JSON.stringify(p.scores ?? {})}><meter min="0" max="1" value=${strength(p, all)} /></span></p>
  <p class="pre" tabindex="0">${readable(p.text)}</p>${p.above_floor === false && html`<p class="hint">${t("tryBelow")}</p>`}</li>`;

function Answer({ turn, question }) {
  const replies = turn?.replies ?? turn?.messages ?? [];
  const texts = replies.map((m) => m.text).filter(Boolean);
  const action = turn?.verdict?.action ?? turn?.escalation?.type;
  return html`<section class="panel">
    <header><h2>${icon("sparkles")} ${texts.length ? t("tryAnswer") : t("tryNoAnswer")}</h2></header>
    ${texts.map((text) => html`<div class="said ai"><p class="pre">${text}</p></div>`)}
    ${action && !["none", "notify_only"].includes(action) && html`<p class="tag tag-amber">${icon("headset")} ${t(action === "offer_escalation" || action === "offered" ? "tryOffer" : "tryHandoff")}</p>`}
    <p><a class="btn" href=${`/console/knowledge/faqs#question=${encodeURIComponent(question)}`}>${icon("plus")} ${t("tryTeach")}</a></p>
  </section>`;
}

async function ask(question) {
  render(html`<p class="quiet">${icon("hourglass")} ${t("tryBusy")}</p>`, place);
  const failed = (problem) => ({ problem });
  const [turn, found] = await Promise.all([
    api("POST", "playground", { messages: [{ role: "customer", text: question }] }).catch(failed),
    api("POST", "kb/search", { query: question, limit: 6 }).catch(failed),
  ]);
  const items = found.items ?? [];
  render(html`<div class="columns">
    ${turn.problem ? html`<section class="panel"><p class="alert-line">${icon("alert-circle")} ${turn.problem.message}</p></section>` : html`<${Answer} turn=${turn} question=${question} />`}
    <section class="panel"><header><h2>${icon("books")} ${t("tryPassages")}</h2></header>
      ${found.problem && html`<p class="alert-line">${icon("alert-circle")} ${found.problem.message}</p>`}
      ${items.length ? html`<ol class="passages">${items.map((p) => html`<${Passage} p=${p} all=${items} />`)}</ol>` : html`<p class="quiet">${t("tryNothing")}</p>`}
    </section></div>`, place);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = form.q.value.trim();
  if (question) ask(question);
});
document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-ask-this]");
  if (!chip) return;
  form.q.value = chip.dataset.askThis;
  ask(form.q.value);
});
