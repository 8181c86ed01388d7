// The messages by day and speaker; of each: who says it, its words, its time and state, what it rests on, whether it helped.
import { Component } from "../vendor/preact.js";
import { day, fullTime, linked, time, webAddress } from "./said.js";
import { html, icon, t } from "./text.js";

document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("thread.css", import.meta.url) }));

const NO_THUMBS = ["notice", "smalltalk", "contact_request", "offer", "greeting", "handoff", "safety", "system"];

const GROUP = 5 * 60_000; // ms between bubbles that read as one

export function Thread({ chat }) {
  const { messages } = chat.state;
  const near = (a, b) => a && b && a.sender_type === b.sender_type && a.sender_name === b.sender_name
    && Math.abs(new Date(b.created_at) - new Date(a.created_at || b.created_at)) < GROUP;
  let shown = null;
  return messages.flatMap((m, i) => {
    const date = m.created_at && new Date(m.created_at).toDateString();
    const today = !shown && date === new Date().toDateString(); // a chat of today only needs no day
    const separator = date && date !== shown && !today && html`<p class="day" key=${`day ${date}`}>${day(m.created_at, chat.lang)}</p>`;
    shown = date ?? shown;
    const first = separator || !near(messages[i - 1], m), final = !near(m, messages[i + 1]);
    return [separator, html`<${Bubble} key=${m.client_message_id ?? m.id} chat=${chat} m=${m} first=${first} final=${final} />`];
  });
}

const marked = (chat, m) => `${chat.marks[m.id]} ${chat.reasons[m.id]}`;

class Bubble extends Component {
  // The past does not change: only a message that did is drawn again.
  shouldComponentUpdate(next) {
    const { m, first, final, chat } = this.props;
    const same = next.m === m && next.first === first && next.final === final;
    const told = this.extra === chat.extra && this.lang === chat.lang && this.mark === marked(chat, m);
    return !(same && told);
  }

  render({ chat, m, first, final }) {
    [this.extra, this.lang, this.mark] = [chat.extra, chat.lang, marked(chat, m)];
    const { lang } = chat;
    const sender = chat.sender(m);
    if (m.sender_type === "system") return html`<p class="system">${linked(m.text)}</p>`;
    const mine = m.sender_type === "customer", ai = m.sender_type === "ai";
    const trouble = m.state === "failed" || m.state === "queued";
    return html`<article class=${`msg ${m.sender_type} ${m.state} ${first ? "first" : ""} ${final ? "final" : ""}`}>
      <p class=${mine || !first ? "sr" : "by"}>${sender}</p>
      <div class="bubble" dir="auto" title=${m.created_at && fullTime(m.created_at, lang)}>${linked(m.text)}</div>
      ${m.sources?.length > 0 && html`<${Sources} list=${m.sources} />`}
      <div class="meta">
        ${m.state === "interrupted" && html`<span class="cut">${t("interrupted")}</span>`}
        ${m.state === "sending" && html`<span>${t("sending")}</span>`}
        ${m.state === "queued" && html`<span>${t("queued")}</span>`}
        ${m.state === "failed" && html`<span class="wrong" role="alert">${icon("alert-circle")} ${t("failed")}</span>
          <button class="again" onClick=${() => chat.retry(m)}>${icon("refresh")} ${t("retry")}</button>`}
        ${final && !trouble && m.created_at && m.state !== "sending" && html`<time datetime=${m.created_at}>${time(m.created_at, lang)}</time>`}
        ${mine && final && m.state === "complete" && html`<span class="tick" title=${t("sent")}>${icon("check")}<span class="sr">${t("sent")}</span></span>`}
        ${ai && m.id && m.state === "complete" && !NO_THUMBS.includes(m.kind) && html`<${Thumbs} chat=${chat} m=${m} />`}
      </div>
    </article>`;
  }
}

const Sources = ({ list }) => html`<ul class="sources" aria-label=${t("sources")}>
  ${list.map(({ title, uri }) => html`<li key=${title + uri}>${webAddress(uri)
    ? html`<a href=${uri} target="_blank" rel="noopener noreferrer nofollow">${icon("file-text")}<span>${title}</span></a>`
    : html`<span>${icon("file-text")}<span>${title}</span></span>`}</li>`)}
</ul>`;

function Thumbs({ chat, m }) {
  const mark = chat.marks[m.id];
  const thumb = (value, label) => html`<button class="thumb" aria-pressed=${mark === value} aria-label=${t(label)} title=${t(label)}
    onClick=${() => chat.rate(m, value)}>${icon(`thumb-${value}`)}</button>`;
  return html`<span class="thumbs">${thumb("up", "helpful")}${thumb("down", "unhelpful")}</span>
    ${mark === "down" && chat.extra && html`<${chat.extra.Reason} chat=${chat} m=${m} />`}`;
}
