// "What would it answer?": a whole turn in the playground, nothing stored, and beside it what the search found.
import { render } from "../vendor/preact.js";
import { api } from "./api.js";
import { config, html, icon, readable, strength, t } from "./words.js";

const form = document.getElementById("try-form"), place = document.getElementById("tried");
const SCORES = ["fused", "dense", "keyword"];
const number = (score) => (typeof score === "number" ? score.toFixed(2) : "–");
const cutOf = (p) => p.cut ?? (p.above_floor === false ? "floor" : null);
// Each score with its name: by meaning, by words, and the two together, which decides.
const Scores = ({ scores = {} }) => html`<dl class="scores">${SCORES.map((name) => html`<div class=${name}><dt>${t(`score_${name}`)}</dt><dd>${number(scores[name])}</dd></div>`)}</dl>`;
const Passage = ({ p, all, cut }) => html`<li class=${cut ? "weak" : ""}>
  <p class="passage-top"><a href=${`/console/knowledge/documents/${p.document_id}`}><b>${p.title}</b></a>${p.section && p.section !== p.title && html`<span class="dim">${p.section}</span>`}</p>
  <p class="pre" tabindex="0">${readable(p.text)}</p>
  <div class="passage-foot">${!cut && html`<meter min="0" max="1" value=${strength(p, all)} aria-label=${t("score_fused")} />`}<${Scores} scores=${p.scores} /></div>
  ${cut && cut !== "floor" && html`<p class="hint">${icon("info-circle", "inline")} ${t(`cut_${cut}`)}</p>`}</li>`;

function Answer({ turn, question, known }) {
  const replies = turn?.replies ?? turn?.messages ?? [];
  const texts = replies.map((m) => m.text).filter(Boolean);
  const action = turn?.verdict?.action ?? turn?.escalation?.type;
  return html`<section class="panel">
    <header><h2>${icon("sparkles")} ${texts.length ? t("tryAnswer") : t("tryNoAnswer")}</h2></header>
    ${texts.map((text) => html`<div class="said ai"><p class="pre">${text}</p></div>`)}
    ${action && !["none", "notify_only"].includes(action) && html`<p class="tag tag-amber">${icon("headset")} ${t(action === "offer_escalation" || action === "offered" ? "tryOffer" : "tryHandoff")}</p>`}
    ${config.mayWrite && html`<p><a class=${known ? "btn" : "btn btn-primary"} href=${`/console/knowledge/faqs#question=${encodeURIComponent(question)}`}>${icon("plus")} ${t("tryTeach")}</a></p>`}
  </section>`;
}

async function ask(question) {
  render(html`<p class="quiet">${icon("hourglass")} ${t("tryBusy")}</p>`, place);
  const failed = (problem) => ({ problem });
  const [turn, found] = await Promise.all([
    api("POST", "playground", { messages: [{ role: "customer", text: question }] }).catch(failed),
    api("POST", "kb/search", { query: question, limit: 12 }).catch(failed),
  ]);
  const items = found.items ?? [], kept = items.filter((p) => !cutOf(p)), cut = items.filter(cutOf);
  render(html`<div class="columns">
    ${turn.problem ? html`<section class="panel"><p class="alert-line">${icon("alert-circle")} ${turn.problem.message}</p></section>` : html`<${Answer} turn=${turn} question=${question} known=${kept.length > 0} />`}
    <section class="panel"><header><h2>${icon("books")} ${t("tryPassages")}</h2></header>
      ${found.problem && html`<p class="alert-line">${icon("alert-circle")} ${found.problem.message}</p>`}
      ${kept.length ? html`<ol class="passages">${kept.map((p) => html`<${Passage} p=${p} all=${items} />`)}</ol>` : html`<p class="quiet">${icon("zoom-question")} ${t("tryNothing")}</p>`}
      ${cut.length > 0 && html`<details class="cut-list"><summary>${t("tryCut", { n: cut.length })}</summary>${cut.some((p) => cutOf(p) === "floor") && html`<p class="hint">${icon("info-circle", "inline")} ${t("cut_floor")}</p>`}<ol class="passages">${cut.map((p) => html`<${Passage} p=${p} all=${items} cut=${cutOf(p)} />`)}</ol></details>`}
      ${items.length > 0 && html`<details class="fold"><summary>${t("tryScores")}</summary><p class="hint">${t("tryScoresText")}</p></details>`}
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
