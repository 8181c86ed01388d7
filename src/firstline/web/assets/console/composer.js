// Private notes until somebody takes the conversation over; then replies. The two look so different that nobody mistakes them.
import { Component } from "../vendor/preact.js";
import { html, icon, t, whoIs } from "./words.js";

export class Composer extends Component {
  state = { text: this.props.inbox.drafts[this.props.inbox.id] ?? "" };

  componentDidMount() {
    this.grow();
  }
  componentDidUpdate() {
    // Just taken over: the next thing to do is to write.
    if (this.props.inbox.mine && !this.had && matchMedia("(pointer: fine)").matches) this.box.focus();
    this.had = this.props.inbox.mine;
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`; // capped by max-height
  }

  write = () => {
    this.setState({ text: this.box.value }, () => this.grow());
    this.props.inbox.draft(this.box.value);
  };

  send = (event) => {
    event?.preventDefault();
    const text = this.box.value.trim();
    if (!text) return;
    this.props.inbox.send(text);
    this.setState({ text: "" }, () => this.grow());
    this.box.focus();
  };

  pressed = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) this.send(event);
    if (event.key === "Escape") this.box.blur();
  };

  choose(mode) {
    this.props.inbox.mode = mode;
    this.props.inbox.draw();
    this.box.focus();
  }

  render({ inbox }, { text }) {
    const { noting, mine, row } = inbox;
    const name = whoIs(row);
    const hint = noting ? t(mine ? "noteOnly" : row?.agent ? "takenHint" : "noteHint", { name: row?.agent?.name }) : t("replyHint", { name });
    return html`<form class=${`composer ${noting ? "noting" : "replying"}`} onSubmit=${this.send}>
      <div class="composer-head">
        ${mine ? html`<div class="segments" role="group">
          <button type="button" aria-pressed=${!noting} onClick=${() => this.choose("auto")}>${icon("send")} ${t("reply")}</button>
          <button type="button" aria-pressed=${noting} title="Alt+P" onClick=${() => this.choose("note")}>${icon("note")} ${t("note")}</button></div>`
          : html`<span class="composer-kind">${icon("lock")} ${t("note")}</span>`}
        <span class="hint">${hint}</span>
      </div>
      <textarea rows="2" value=${text} dir="auto" maxlength="8000" aria-label=${noting ? t("note") : t("reply")}
        placeholder=${noting ? t("notePlaceholder") : t("replyPlaceholder", { name })}
        ref=${(node) => (this.box = node)} onInput=${this.write} onKeyDown=${this.pressed} />
      <div class="composer-foot"><kbd>${t("sendKeys")}</kbd>
        <button class=${`btn ${noting ? "btn-note" : "btn-primary"}`} disabled=${!text.trim()}>${icon(noting ? "note" : "send")} ${t(noting ? "addNote" : "send")}</button></div>
    </form>`;
  }
}
