// The three panes and the dialogs over them. Everything shown follows from the inbox; no markup is built from text.
import { Context } from "./context.js";
import { Dialogs } from "./dialogs.js";
import { heat, VIEWS } from "./desk.js";
import { Face, Holder, topicOf } from "./holder.js";
import { setSound, soundOn } from "./chime.js";
import { Thread } from "./thread.js";
import { ago, config, html, icon, t, whoIs } from "./words.js";

export const Panes = ({ inbox }) => html`
  <div class=${`panes show-${inbox.id ? inbox.pane : "list"}`}>
    <${List} inbox=${inbox} />
    ${inbox.id ? html`<${Thread} inbox=${inbox} key=${inbox.id} /><${Context} inbox=${inbox} />` : html`<${NoneChosen} />`}
  </div>
  <${Dialogs} inbox=${inbox} />`;

const NoneChosen = () => html`<section class="pane pane-none"><div class="nothing">
  <span class="nothing-icon">${icon("messages")}</span><h2>${t("pick")}</h2><p>${t("pickText")}</p></div></section>`;

function List({ inbox }) {
  const { list, counts: totals } = inbox;
  return html`<section class="pane pane-list" aria-label=${t("views")}>
    <header class="list-head">
      <label class="search">${icon("search")}<span class="visually-hidden">${t("searchChats")}</span>
        <input id="inbox-search" class="form-control" type="search" placeholder=${t("searchChats")} value=${inbox.query} onInput=${(e) => inbox.search(e.target.value)} /></label>
      <button class="btn btn-icon" title=${t(soundOn() ? "soundOn" : "soundOff")} aria-label=${t(soundOn() ? "soundOn" : "soundOff")} aria-pressed=${soundOn()}
        onClick=${() => { setSound(!soundOn()); inbox.draw(); }}>${icon(soundOn() ? "bell" : "bell-off")}</button>
    </header>
    <nav class="views" aria-label=${t("views")}>
      ${VIEWS.map((name) => html`<button key=${name} class=${`view view-${name}`} aria-pressed=${!inbox.found && inbox.view === name} onClick=${() => inbox.show(name)}>
        ${t(`view_${name}`)}${totals[name] > 0 && html`<b>${totals[name]}</b>`}</button>`)}
    </nav>
    ${inbox.link === "retry" && html`<p class="link-line" role="status">${icon("refresh")} ${t("reconnecting")}</p>`}
    <ul class="queue">
      ${list.map((row) => html`<${Row} key=${row.id} row=${row} inbox=${inbox} on=${row.id === inbox.id} unread=${inbox.unread(row)} />`)}
    </ul>
    ${!list.length && html`<${Empty} inbox=${inbox} />`}
  </section>`;
}

function Empty({ inbox }) {
  if (!inbox.loaded) return html`<p class="quiet">${t("loading")}</p>`;
  const which = inbox.query ? "search" : inbox.view;
  return html`<div class="nothing small"><h2>${t(`empty_${which}`)}</h2><p>${t(`empty_${which}Text`)}</p>
    ${which === "all" && html`<p class="link-row"><a class="btn btn-primary" href=${`/c/${config.business.slug}`} target="_blank" rel="noopener">${t("tryPage")}</a> <a class="btn" href="/console/settings/install">${t("install")}</a></p>`}</div>`;
}

function Row({ row, inbox, on, unread }) {
  const [intent, service] = topicOf(row.topic);
  const before = { note: "note", agent: "agent", ai: "ai" }[row.last_by];
  return html`<li>
    <a class=${`row ${on ? "on" : ""} ${unread ? "unread" : ""}`} href=${`/console/inbox/${row.id}`} aria-current=${on ? "true" : undefined}
      onClick=${(e) => { if (e.metaKey || e.ctrlKey || e.shiftKey) return; e.preventDefault(); inbox.open(row.id); }}>
      <${Face} name=${row.name} kind=${heat(row, inbox.now)} />
      <span class="row-body">
        <span class="row-top"><b>${whoIs(row)}</b><time datetime=${row.last_message_at}>${ago(row.last_message_at, inbox.now)}</time></span>
        <span class="row-last">${before === "ai" && icon("sparkles", "inline ai")}${before === "note" && icon("note", "inline")}${before === "agent" && icon("arrow-back-up", "inline")}${row.last_text}</span>
        <span class="row-tags"><${Holder} row=${row} inbox=${inbox} />
          ${row.priority !== "normal" && row.status !== "closed" && html`<span class="tag tag-red">${t(`priority_${row.priority}`)}</span>`}
          ${intent && html`<span class="tag plain">${service ?? intent}</span>`}
          ${row.channel !== "web" && html`<span class="tag plain">${row.channel}</span>`}</span>
      </span>
      ${unread && html`<span class="dot" />`}
    </a></li>`;
}
