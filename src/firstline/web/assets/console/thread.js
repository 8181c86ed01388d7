// The middle pane: who has the conversation, what was said by whom, and the composer.
import { Component } from "../vendor/preact.js";
import { Composer } from "./composer.js";
import { Face, Holder } from "./holder.js";
import { day, fullTime, html, icon, t, time, whoIs } from "./words.js";

const NEAR = 5 * 60_000; // ms between bubbles that read as one
const TYPING = 6000; // ms after which "is typing" is no longer true

export class Thread extends Component {
  stick = true;

  componentDidMount() {
    this.down();
    // A window that turns, a composer that grows: who looked at the last line still does.
    this.watcher = new ResizeObserver(() => this.stick && this.down());
    if (this.log) this.watcher.observe(this.log);
  }
  componentWillUnmount() {
    this.watcher.disconnect();
  }
  componentDidUpdate() {
    const count = this.props.inbox.thread?.messages.length ?? 0;
    if (this.stick) this.down();
    else if (count > this.count) this.setState({ fresh: true });
    this.count = count;
  }
  down = () => {
    if (this.log) this.log.scrollTop = this.log.scrollHeight;
    this.stick = true;
    if (this.state.fresh) this.setState({ fresh: false });
  };
  scrolled = () => {
    const { log } = this;
    this.stick = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    if (this.stick && this.state.fresh) this.setState({ fresh: false });
  };

  render({ inbox }, { fresh }) {
    const { thread, row } = inbox;
    if (inbox.missing)
      return html`<section class="pane pane-thread"><div class="nothing"><span class="nothing-icon">${icon("circle-x")}</span><h2>${t("gone")}</h2><p>${t("goneText")}</p>
        <button class="btn" onClick=${() => inbox.close()}>${t("back")}</button></div></section>`;
    return html`<section class="pane pane-thread" aria-label=${whoIs(row)}>
      <${Head} inbox=${inbox} row=${row} />
      <div class="log" role="log" tabindex="0" aria-label=${whoIs(row)} ref=${(node) => (this.log = node)} onScroll=${this.scrolled}>
        ${thread ? html`<${Messages} inbox=${inbox} list=${thread.messages} />` : html`<p class="quiet">${t("loading")}</p>`}
        ${thread && html`<${Work} inbox=${inbox} />`}
      </div>
      ${fresh && html`<button class="pill" onClick=${this.down}>${t("newMessages")} ${icon("arrow-down")}</button>`}
      ${thread && html`<${Composer} inbox=${inbox} />`}
    </section>`;
  }
}

function Head({ inbox, row }) {
  const closed = row?.status === "closed";
  const busy = inbox.acting;
  return html`<header class="thread-head">
    <button class="btn btn-icon only-narrow" aria-label=${t("back")} title=${t("back")} onClick=${() => inbox.close()}>${icon("chevron-left")}</button>
    ${row && html`<${Face} name=${row.name} />`}
    <div class="thread-who"><h2>${row ? whoIs(row) : "…"}</h2>${row && html`<p><${Holder} row=${row} inbox=${inbox} /></p>`}</div>
    <div class="thread-actions">
      ${row && !closed && !inbox.mine && html`<button class="btn btn-primary" disabled=${busy} title="Alt+T" onClick=${inbox.takeOver}>${icon("hand-stop")}<span>${t("takeOver")}</span></button>`}
      ${row && !closed && inbox.mine && html`<button class="btn" disabled=${busy} title="Alt+T" onClick=${inbox.handBack}>${icon("sparkles")}<span>${t("handBack")}</span></button>`}
      ${row && !closed && html`<button class="btn" disabled=${busy} title="Alt+E" onClick=${() => inbox.ask({ kind: "resolve" })}>${icon("circle-check")}<span>${t("resolve")}</span></button>`}
      ${closed && html`<button class="btn btn-primary" disabled=${busy} onClick=${() => inbox.reopen()}>${icon("arrow-back-up")}<span>${t("reopen")}</span></button>`}
      <button class="btn btn-icon only-mid" aria-label=${t("details")} title=${t("details")} aria-pressed=${inbox.pane === "context"}
        onClick=${() => { inbox.pane = inbox.pane === "context" ? "thread" : "context"; inbox.draw(); }}>${icon("layout-sidebar-right")}</button>
    </div>
  </header>`;
}

function Messages({ inbox, list }) {
  const near = (a, b) => a && b && a.sender_type === b.sender_type && a.kind === b.kind && a.sender_name === b.sender_name
    && Math.abs(new Date(b.created_at ?? Date.now()) - new Date(a.created_at ?? Date.now())) < NEAR;
  let shown = null;
  return list.flatMap((m, i) => {
    const date = m.created_at && new Date(m.created_at).toDateString();
    const separator = date && date !== shown && html`<p class="day" key=${`day ${date}`}><span>${day(m.created_at)}</span></p>`;
    shown = date ?? shown;
    return [separator, html`<${Bubble} key=${m.client_message_id ?? m.id} inbox=${inbox} m=${m} first=${!!separator || !near(list[i - 1], m)} final=${!near(m, list[i + 1])} />`];
  });
}

class Bubble extends Component {
  // The past does not change: only a message that did is drawn again.
  shouldComponentUpdate(next) {
    const { m, first, final } = this.props;
    return next.m !== m || next.first !== first || next.final !== final;
  }

  render({ inbox, m, first, final }) {
    if (m.sender_type === "system" || m.kind === "notice")
      return html`<p class=${`system ${m.visible_to_customer === false ? "inner" : ""}`} title=${fullTime(m.created_at)}>${m.text}</p>`;
    const note = m.kind === "note";
    const by = m.sender_type === "customer" ? whoIs(inbox.row) : m.sender_type === "ai" ? t("aiAssistant") : m.sender_name ?? t("you");
    return html`<article class=${`msg ${m.sender_type} ${note ? "note" : ""} ${m.state ?? ""} ${first ? "first" : ""} ${final ? "final" : ""}`}>
      <p class=${first ? "by" : "visually-hidden"}>${m.sender_type === "ai" && icon("sparkles")}${note && icon("note")}${by}${note && html` · <span>${t("note")}</span>`}</p>
      <div class="bubble" dir="auto" title=${fullTime(m.created_at)}>${m.text}${m.state === "partial" && html`<span class="caret" />`}</div>
      ${(final || m.state === "failed" || m.state === "interrupted" || m.sender_type === "ai") && html`<p class="meta">
        ${m.state === "interrupted" && html`<span class="cut">${icon("player-stop")} ${t("interrupted")}</span>`}
        ${m.state === "sending" && html`<span>${t("sending")}</span>`}
        ${m.state === "failed" && html`<span class="wrong" role="alert">${icon("alert-circle")} ${t("notSent")}</span><button class="link" onClick=${() => inbox.retry(m)}>${t("retry")}</button>`}
        ${m.created_at && !["sending", "failed"].includes(m.state) && html`<time datetime=${m.created_at}>${time(m.created_at)}</time>`}
        ${m.feedback && html`<span title=${t(m.feedback.helpful ? "helpful" : "unhelpful")}>${icon(m.feedback.helpful ? "thumb-up" : "thumb-down")}</span>`}
        ${m.sender_type === "ai" && m.state !== "partial" && html`<button class="link why" onClick=${() => inbox.ask({ kind: "receipt", message: m })}>${icon("receipt")} ${t("why")}</button>`}
      </p>`}
    </article>`;
  }
}

function Work({ inbox }) {
  const { thread, row } = inbox;
  const typing = thread.typing && thread.typing.sender_type !== "agent" && inbox.now - thread.typing.at < TYPING;
  const writing = thread.messages.some((m) => m.state === "partial");
  if (typing) return html`<p class="work"><span class="dots"><i /><i /><i /></span>${t("typing", { name: whoIs(row) })}</p>`;
  if (thread.work && !writing) return html`<p class="work"><span class="dots"><i /><i /><i /></span>${t(`working_${thread.work}`)}</p>`;
  return null;
}
