// The right pane: the brief for whoever takes over, the customer, what the knowledge says, and what was before.
import { topicOf } from "./holder.js";
import { ago, fullTime, html, icon, named, phoneOf, readable, t } from "./words.js";

const Part = ({ title, image, children, open = true }) => html`<details class="part" open=${open}><summary>${icon(image)}<span>${title}</span>${icon("chevron-down", "fold-mark")}</summary><div>${children}</div></details>`;
const Fact = ({ label, children }) => children && html`<div class="fact"><dt>${label}</dt><dd>${children}</dd></div>`;

// "Other" is said only where nothing else is.
const said = (intents) => (intents.some((i) => i.name !== "other") ? intents.filter((i) => i.name !== "other") : intents);
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export function Context({ inbox }) {
  const { brief, row, detail } = inbox;
  if (!row) return html`<aside class="pane pane-context" />`;
  return html`<aside class="pane pane-context" aria-label=${t("details")}>
    <header class="context-head only-mid"><h2>${t("details")}</h2><button class="btn btn-icon" aria-label=${t("close")} title=${t("close")} onClick=${() => { inbox.pane = "thread"; inbox.draw(); }}>${icon("x")}</button></header>
    <${Part} title=${t("brief")} image="clipboard-text">${brief ? html`<${Brief} brief=${brief} row=${row} />` : html`<p class="quiet">${t("noBrief")}</p>`}<//>
    <${Part} title=${t("customer")} image="user-circle"><${Customer} row=${row} brief=${brief} /><//>
    ${brief?.kb_snippets?.length > 0 && html`<${Part} title=${t("passages")} image="books">${brief.kb_snippets.map((s) => html`<blockquote class="snippet"><b>${s.title}</b><p class="lines">${readable(s.snippet)}</p></blockquote>`)}<//>`}
    <${Part} title=${t("past")} image="history"><${Past} inbox=${inbox} /><//>
    <${Part} title=${t("about")} image="info-circle" open=${false}><dl>
      <${Fact} label=${t("channel")}>${row.channel}<//><${Fact} label=${t("language")}>${row.language?.toUpperCase()}<//>
      <${Fact} label=${t("started")}>${fullTime(detail?.created_at)}<//><${Fact} label=${t("page")}>${detail?.metadata?.page_url}<//>
      <${Fact} label=${t("outcome")}>${row.outcome && named("outcome", row.outcome)}<//><${Fact} label=${t("csat")}>${row.csat && `${row.csat} / 5`}<//></dl><//>
  </aside>`;
}

function Brief({ brief, row }) {
  const place = brief.place && html`${brief.place.text}${brief.place.inside != null && html` <span class=${`tag ${brief.place.inside ? "tag-green" : "tag-amber"}`}>${t(brief.place.inside ? "inside" : "outside")}</span>`}`;
  const urgency = typeof brief.urgency === "string" ? brief.urgency : brief.urgency?.level;
  return html`<p class="summary">${brief.summary}</p>
    <dl>
      <${Fact} label=${t("intents")}>${brief.detected_intents?.length > 0 && said(brief.detected_intents).map((i) => html`<span class="tag plain">${named("intent", i.name)} ${Math.round(i.confidence * 100)}%</span>`)}<//>
      <${Fact} label=${t("service")}>${brief.service?.name ?? topicOf(row.topic)[1]}<//><${Fact} label=${t("place")}>${place}<//>
      <${Fact} label=${t("whenWanted")}>${brief.when?.text ?? brief.when?.value}<//><${Fact} label=${t("budget")}>${brief.budget && `${brief.budget.amount} ${brief.budget.currency}`}<//>
      <${Fact} label=${t("urgency")}>${urgency && urgency !== "normal" && html`<span class="tag tag-red">${named("priority", urgency)}</span>`}<//>
      <${Fact} label=${t("reason")}>${brief.reason && sentence(named("reason", brief.reason))}<//>
    </dl>
    ${brief.missing_questions?.length > 0 && html`<h3>${t("missing")}</h3><ul class="ticks">${brief.missing_questions.map((q) => html`<li>${icon("question-mark")}${q}</li>`)}</ul>`}
    ${brief.ai_suggested_next_steps?.length > 0 && html`<h3>${t("nextSteps")}</h3><ul class="ticks">${brief.ai_suggested_next_steps.map((s) => html`<li>${icon("arrow-right")}${s}</li>`)}</ul>`}`;
}

function Customer({ row, brief }) {
  const who = brief?.customer ?? row;
  const phone = row.phone ?? who.phone, email = row.email ?? who.email, name = row.name ?? who.name;
  if (!phone && !email && !name) return html`<p class="quiet">${t("contactUnknown")}</p>`;
  return html`<dl>${name && html`<${Fact} label=${icon("user")}>${name}<//>`}
    ${phone && html`<${Fact} label=${icon("phone")}><a href=${`tel:${phone}`}>${phoneOf(phone)}</a><//>`}
    ${email && html`<${Fact} label=${icon("mail")}><a href=${`mailto:${email}`}>${email}</a><//>`}</dl>`;
}

function Past({ inbox }) {
  if (!inbox.past.length) return html`<p class="quiet">${t("noPast")}</p>`;
  return html`<ul class="past">${inbox.past.map((c) => html`<li><a href=${`/console/inbox/${c.id}`} onClick=${(e) => { e.preventDefault(); inbox.open(c.id); }}>
    <span>${c.resolution_summary ?? c.last_text}</span><small>${ago(c.last_message_at, inbox.now)} · ${c.resolution_outcome ? named("outcome", c.resolution_outcome) : topicOf(c.topic)[0] ?? ""}</small></a></li>`)}</ul>`;
}
