// Over the panes: the receipt of an AI message, resolving, the sheet of keys.
import { Component } from "../vendor/preact.js";
import { KEYS } from "./keys.js";
import { html, icon, named, readable, strength, t } from "./words.js";

export function Dialogs({ inbox }) {
  const { dialog } = inbox;
  if (!dialog) return null;
  const Shown = { receipt: Receipt, resolve: Resolve, keys: Keys }[dialog.kind];
  return html`<${Modal} key=${dialog.kind} side=${dialog.kind === "receipt"} label=${t({ receipt: "receipt", resolve: "resolveTitle", keys: "keys" }[dialog.kind])} onClose=${() => inbox.ask(null)}>
    <${Shown} inbox=${inbox} dialog=${dialog} /><//>`;
}

class Modal extends Component {
  componentDidMount() {
    this.node.showModal();
  }
  render({ children, label, side, onClose }) {
    return html`<dialog class=${side ? "drawer" : "dialog"} aria-label=${label} ref=${(node) => (this.node = node)} onClose=${onClose}>
      <header class="dialog-head"><h2>${label}</h2><button class="btn btn-icon" aria-label=${t("close")} title=${t("close")} onClick=${() => this.node.close()}>${icon("x")}</button></header>
      ${children}</dialog>`;
  }
}

const Keys = () => html`<dl class="keys">${KEYS.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(what)}</dd></div>`)}</dl>`;

class Resolve extends Component {
  state = { outcome: this.props.inbox.mine ? "resolved_by_human" : "resolved_by_ai", summary: "" };
  render({ inbox }, { outcome, summary }) {
    const done = (event) => { event.preventDefault(); inbox.resolve(outcome, summary.trim()); };
    return html`<form onSubmit=${done}>
      <fieldset class="choices"><legend class="form-label">${t("outcome")}</legend>
        ${["resolved_by_human", "resolved_by_ai", "unresolved"].map((value) => html`<label class="choice"><input type="radio" name="outcome" value=${value} checked=${outcome === value} onChange=${() => this.setState({ outcome: value })} /><span><b>${named("outcome", value)}</b></span></label>`)}
      </fieldset>
      <div class="field"><label class="form-label" for="summary">${t("summary")}</label><textarea id="summary" class="form-control" rows="3" maxlength="2000" value=${summary} onInput=${(e) => this.setState({ summary: e.target.value })} /><p class="hint">${t("summaryHint")}</p></div>
      <div class="dialog-foot"><button type="button" class="btn" onClick=${() => inbox.ask(null)}>${t("cancel")}</button><button class="btn btn-primary">${icon("circle-check")} ${t("resolve")}</button></div>
    </form>`;
  }
}

const plain = (text) => String(text ?? "").replaceAll("_", " ");
const percent = (score) => `${Math.round(Math.max(0, Math.min(1, score)) * 100)}%`;
const Rows = ({ title, list, show }) => list?.length > 0 && html`<h3>${title}</h3><ul class="receipt-rows">${list.map((item) => html`<li>${show(item)}</li>`)}</ul>`;

function Receipt({ inbox, dialog: { message } }) {
  const known = inbox.detail?.receipts?.[message.id] ?? inbox.detail?.messages?.find?.((m) => m.id === message.id)?.receipt ?? message.receipt;
  const quote = html`<blockquote class="quoted">${message.text}</blockquote>`;
  if (!known) return html`${quote}<p class="quiet">${t("receiptNone")}</p>`;
  const r = known.body ?? known;
  const passages = r.passages ?? [];
  return html`${quote}
    <dl class="facts">
      <div class="fact"><dt>${t("composer")}</dt><dd>${r.model ?? named("composer", passages.length ? r.composer : "computed")}</dd></div>
      ${message.intent && html`<div class="fact"><dt>${t("intents")}</dt><dd>${named("intent", message.intent)}</dd></div>`}
      ${r.confidence > 0 && html`<div class="fact"><dt>${t("confidence")}</dt><dd><meter min="0" max="1" value=${r.confidence ?? 0} /> ${percent(r.confidence)}</dd></div>`}
      ${r.risk && r.risk !== "low" && html`<div class="fact"><dt>${t("risk")}</dt><dd>${r.risk}</dd></div>`}
      ${r.cost && html`<div class="fact"><dt>${t("cost")}</dt><dd>${r.cost}</dd></div>`}
    </dl>
    <h3>${t("restsOn")}</h3>
    ${passages.length ? html`<ol class="passages">${passages.map((p) => html`<li class=${p.above_floor === false ? "weak" : ""}><p><b>${p.title ?? p.source_uri}</b>${p.section && p.section !== p.title && html`<span class="dim"> · ${p.section}</span>`}
      <span class="score"><meter min="0" max="1" value=${strength(p, passages)} />${p.above_floor === false && t("belowFloor")}</span></p><p class="pre" tabindex="0">${readable(p.text ?? p.snippet)}</p></li>`)}</ol>` : html`<p class="quiet">${t("restsOnNothing")}</p>`}
    <${Rows} title=${t("rules")} list=${r.rules} show=${(x) => html`<b>${plain(x.code ?? x.rule)}</b><span>${x.reason !== x.code && plain(x.reason ?? x.result)}</span>`} />
    <${Rows} title=${t("gate")} list=${r.gate} show=${(x) => html`<s>${x.sentence}</s><small>${x.rule}: ${x.words}</small>`} />
    ${r.judge && html`<h3>${t("judge")}</h3><p>${r.judge.verdict} ${r.judge.policy ?? ""}</p>`}
    <${Rows} title=${t("tools")} list=${r.tools} show=${(x) => x.name ?? JSON.stringify(x)} />
    <${Rows} title=${t("timings")} list=${Object.entries(r.timings_ms ?? {})} show=${([name, ms]) => html`<span>${name.replaceAll("_", " ")}</span><span class="num">${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms</span>`} />`;
}
