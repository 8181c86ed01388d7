// What the visitor sees: header, log, composer. Everything shown follows from chat.state; no markup is built from text.
import { Component } from "../vendor/preact.js";
import { html, icon, t } from "./text.js";

const TYPING = 6000; // ms after which "is typing" is no longer true

// The logo, or the first letters of the name.
const Face = ({ card }) => html`<span class="face" aria-hidden="true">
  ${card.logo ? html`<img src=${card.logo} alt="" />` : card.name.split(/\s+/).slice(0, 2).map((w) => [...w][0]).join("").toUpperCase()}
</span>`;

export class App extends Component {
  stick = true;
  state = { menu: false, fresh: false };

  getSnapshotBeforeUpdate() {
    return this.log?.scrollHeight;
  }

  componentDidUpdate(_, __, before) {
    const { log } = this;
    const count = this.props.chat.state.messages.length;
    const own = count > this.count && this.props.chat.state.messages.at(-1).sender_type === "customer";
    if (own) this.stick = true;
    if (this.stick) log.scrollTop = log.scrollHeight;
    else if (count > this.count && log.scrollHeight > before) this.setState({ fresh: true });
    this.count = count;
  }

  componentDidMount() {
    this.componentDidUpdate();
    addEventListener("resize", () => this.stick && (this.log.scrollTop = this.log.scrollHeight));
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (this.state.menu) this.toggle(false);
      else this.props.chat.close();
    });
  }

  toggle(menu = !this.state.menu) {
    this.setState({ menu });
    if (menu) this.props.chat.more();
    else document.querySelector(".menu-button").focus();
  }

  scrolled = () => {
    const { log } = this;
    this.stick = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    if (this.stick && this.state.fresh) this.setState({ fresh: false });
  };

  down = () => {
    this.stick = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.setState({ fresh: false });
  };

  render({ chat }, { menu, fresh }) {
    const { extra, said } = chat;
    return html`
      <main class=${chat.embed ? "framed" : "page"} aria-label=${`${t("chat")} · ${chat.card.name}`}>
        <${Header} chat=${chat} toggle=${() => this.toggle()} menu=${menu} />
        ${menu && extra && html`<${extra.Menu} chat=${chat} done=${() => this.toggle(false)} />`}
        <div class="log" role="log" aria-live="off" aria-label=${t("conversation")} tabindex="0"
          ref=${(node) => (this.log = node)} onScroll=${this.scrolled}>
          <${Intro} chat=${chat} />
          ${chat.thread && html`<${chat.thread.Thread} chat=${chat} />`}
          <${After} chat=${chat} />
        </div>
        ${fresh && html`<button class="pill" onClick=${this.down}>${t("newMessages")} ${icon("chevron-down")}</button>`}
        <${Notice} chat=${chat} />
        <${Composer} chat=${chat} />
      </main>
      <div class="sr" aria-live="polite">${said && `${chat.sender(said)}: ${said.text}`}</div>`;
  }
}

function Header({ chat, toggle, menu }) {
  const { card, lang, state } = chat;
  return html`<header>
    <${Face} card=${card} />
    <div class="who">
      <h1>${card.name}</h1>
      <p>
        <span>${state.agent?.name ?? t("assistant")}</span>
        <span class=${card.open_now ? "open on" : "open"}>${card.open_text?.[lang]}</span>
      </p>
    </div>
    <button class="bare" title=${t("person")} aria-label=${t("person")} onClick=${() => chat.person()}>${icon("headset")}</button>
    <button class="bare menu-button" title=${t("menu")} aria-label=${t("menu")} aria-expanded=${menu} onClick=${toggle}>${icon("dots")}</button>
    ${chat.embed && html`<button class="bare" title=${t("close")} aria-label=${t("close")} onClick=${chat.close}>${icon("x")}</button>`}
  </header>`;
}

function Intro({ chat: { card, lang } }) {
  return html`<div class="intro">
    <${Face} card=${card} />
    <h2>${card.greeting?.[lang]}</h2>
    <p class="says">${icon("sparkles")} <span>${card.disclosure?.[lang]}</span></p>
    ${card.expected_reply?.[lang] && html`<p>${icon("clock")} <span>${card.expected_reply[lang]}</span></p>`}
  </div>`;
}

// What stands under the last message: dots, chips, forms.
function After({ chat }) {
  const { state, card, lang, extra } = chat;
  const writing = state.messages.some((m) => m.state === "partial");
  const somebody = state.typing && Date.now() - state.typing.at < TYPING;
  const chips = !state.messages.length ? card.chips?.[lang] ?? [] : [];
  const form = chat.form();
  if (form && !extra) chat.more();
  return html`
    ${(somebody || (state.work && !writing)) && html`<p class="work">
      <span class="dots"><i /><i /><i /></span>
      <span>${somebody ? t("typing", { name: state.typing.name ?? state.agent?.name ?? chat.card.name }) : t(state.work)}</span></p>`}
    ${chips.length > 0 && html`<div class="chips">${chips.map((c) => html`<button key=${c} onClick=${() => chat.send(c)}>${c}</button>`)}</div>`}
    ${state.offer && html`<div class="chips offer">
      <button class="strong" onClick=${() => chat.answer(true)}>${icon("headset")} ${t("yes")}</button>
      <button onClick=${() => chat.answer(false)}>${t("no")}</button></div>`}
    ${form && extra && html`<${extra[form]} chat=${chat} key=${form} />`}`;
}

function Notice({ chat }) {
  const { state, card, online, link } = chat;
  const status = state.conversation?.status;
  let text = null;
  if (!online) text = t("offline");
  else if (state.error) text = t(state.error.code === "slow" ? "slow" : "unavailable");
  else if (link === "retry") text = t("reconnecting");
  else if (status === "closed") text = t("closed");
  else if (status === "waiting_human") text = t("waiting", { business: card.name });
  else if (state.agent) text = t("joined", { name: state.agent.name, business: card.name });
  return html`<div class="notice" role="status">${text && html`<p>${text}</p>`}</div>`;
}

class Composer extends Component {
  state = { text: this.props.chat.host.kept.draft ?? "" };

  componentDidMount() {
    if (this.props.chat.shown && !this.props.chat.host.calm && matchMedia("(pointer: fine)").matches) this.box.focus();
    this.grow();
  }

  grow() {
    const { box } = this;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`; // capped at five lines by max-height
  }

  write(text) {
    this.setState({ text }, () => this.grow());
    this.props.chat.typed(text);
  }

  send = (event) => {
    event?.preventDefault();
    const text = this.box.value.trim(), { chat } = this.props;
    if (!text || text.length > chat.limit) return;
    chat.send(text);
    this.setState({ text: "" }, () => this.grow());
    this.box.focus();
  };

  pressed = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.send(event);
  };

  render({ chat }, { text }) {
    const { state } = chat;
    const busy = !state.agent && (state.work || state.messages.some((m) => m.state === "partial")) && !text.trim();
    const over = text.length - chat.limit;
    return html`<form class="composer" onSubmit=${this.send}>
      ${over > 0 && html`<p class="wrong" role="alert">${t("tooLong", { over })}</p>`}
      <textarea rows="1" value=${text} placeholder=${t("write")} aria-label=${t("write")} enterkeyhint="send" dir="auto"
        ref=${(node) => (this.box = node)} onInput=${() => this.write(this.box.value)} onKeyDown=${this.pressed} />
      ${busy
        ? html`<button type="button" key="stop" class="go stop" title=${t("stop")} aria-label=${t("stop")} onClick=${chat.stop}>${icon("player-stop-filled")}</button>`
        : html`<button type="submit" key="send" class="go" title=${t("send")} aria-label=${t("send")} disabled=${!text.trim() || over > 0}>${icon("arrow-up")}</button>`}
    </form>`;
  }
}
