// The chat page: its state, what a visitor can do with it, and when to draw. view.js shows it, line.js speaks with the
// server, more.js holds what most visits never need; the last two come when first asked for.
import { render } from "../vendor/preact.js";
import { reduce, start } from "../shared/reduce.js";
import { live } from "./host.js";
import { accents, html, t, use } from "./text.js";
import { App } from "./view.js";

const config = JSON.parse(document.getElementById("firstline").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

class Chat {
  card = config.card;
  lang = config.lang;
  embed = config.embed;
  limit = config.max_chars ?? 4000;
  state = start();
  marks = {}; // message id -> up | down
  reasons = {}; // message id -> why down
  online = navigator.onLine;
  link = "open"; // of the stream: open | retry | asleep | gone
  unread = 0;
  title = document.title;

  async begin() {
    use(config.words);
    this.host = await live({ embed: this.embed, slug: this.card.slug, on: (type, data) => this.heard(type, data) });
    const { kept, open } = this.host;
    this.shown = open ?? true;
    if (kept.lang && kept.lang !== this.lang) await this.speak(kept.lang);
    this.tint();
    dark.addEventListener("change", () => this.tint());
    for (const name of ["online", "offline"]) addEventListener(name, () => this.connected());
    document.addEventListener("visibilitychange", () => this.looked());
    this.draw();
    if (kept.token || config.session_token || config.customer_token) await (await this.line()).resume();
    for (const unsent of kept.unsent ?? []) this.post(unsent);
  }

  line() {
    this.lining ??= Promise.all([import("./line.js"), import("./thread.js")]).then(([{ Line }, thread]) => {
      this.thread = thread;
      this.draw();
      return (this.wire = new Line(this, config));
    });
    return this.lining;
  }

  // -- what happens ------------------------------------------------------------------------------------------------

  apply(event) {
    const before = this.state;
    this.state = reduce(before, event);
    if (this.state === before) return;
    const { data } = event, now = this.state.conversation;
    const known = before.messages.some((m) => m.id === data.message?.id && m.state !== "partial");
    if (event.type === "message" && !known) this.arrived(data.message);
    if (event.type === "accepted") this.forget(data.client_message_id);
    if (event.type === "typing") setTimeout(() => this.draw(), 6100);
    if (now?.status !== before.conversation?.status) this.host.tell("event", { name: "status", status: now?.status });
    this.draw();
  }

  arrived(message) {
    if (message.sender_type === "customer" || message.state === "partial" || message.id === this.said?.id) return;
    this.said = message; // the live region speaks it, whole and once
    this.host.tell("event", { name: "message", sender: message.sender_type });
    if (this.shown && !document.hidden) return this.read();
    this.badge(this.unread + 1);
    if (this.host.kept.sound) this.more().then((more) => more.chime());
  }

  heard(type, data) {
    if (type === "show" || type === "hide") {
      this.shown = type === "show";
      this.looked();
      if (this.shown) document.querySelector("textarea")?.focus();
    }
    if (type === "identify") {
      this.host.identity = data;
      this.wire?.resume();
    }
    if (type === "reset") this.renew({ token: null, draft: "", unsent: [] });
  }

  looked() {
    if (this.shown && !document.hidden && this.unread) {
      this.badge(0);
      this.read();
    }
    this.wire?.watch();
    this.draw();
  }

  connected() {
    this.online = navigator.onLine;
    if (this.online) this.state.messages.filter((m) => m.state === "queued").forEach((m) => this.retry(m));
    this.draw();
  }

  // -- what the visitor does ---------------------------------------------------------------------------------------

  send(text) {
    // getRandomValues rather than randomUUID: plain http has none. UUID version 4.
    const b = crypto.getRandomValues(new Uint8Array(16)).map((v, i) => (i === 6 ? (v & 15) | 64 : i === 8 ? (v & 63) | 128 : v));
    const id = Array.from(b, (v) => v.toString(16).padStart(2, "0")).join("").replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    const message = { client_message_id: id, text, created_at: new Date().toISOString() };
    this.host.keep({ draft: "", unsent: [...(this.host.kept.unsent ?? []), message] });
    return this.post(message);
  }

  post(message) {
    this.apply({ type: "send", data: { ...message, state: this.online ? "sending" : "queued" } });
    return this.line().then((line) => this.online && line.send(message));
  }

  retry(message) {
    this.apply({ type: "retry", data: message });
    this.line().then((line) => line.send(message));
  }

  forget(id) {
    const unsent = this.host.kept.unsent ?? [];
    if (unsent.length) this.host.keep({ unsent: unsent.filter((m) => m.client_message_id !== id) });
  }

  // An event about the conversation; nothing to tell before there is one.
  tell = async (type, data = {}) => this.state.conversation?.id && (await this.line()).tell(type, data);
  stop = () => this.tell("stop").catch(() => {});
  close = () => this.host.tell("close");

  person() {
    const ask = () => this.send(t("askPerson"));
    return this.state.conversation?.id ? this.tell("request_human").catch(ask) : ask();
  }

  answer(yes) {
    this.apply({ type: "drop", data: { offer: true } });
    this.tell("escalation_offer_answer", { answer: yes ? "yes" : "no" }).catch(() => this.send(t(yes ? "yes" : "no")));
  }

  typed(text) {
    this.host.keep({ draft: text });
    this.line();
    if (!text || Date.now() - (this.typedAt ?? 0) < 3000) return;
    this.typedAt = Date.now();
    this.tell("typing").catch(() => {});
  }

  read() {
    clearTimeout(this.reading);
    const sequence = Math.max(0, ...this.state.messages.map((m) => m.sequence ?? 0));
    this.reading = setTimeout(() => this.tell("read", { sequence }).catch(() => {}), 800);
  }

  rate(message, value, reason) {
    this.marks = { ...this.marks, [message.id]: value };
    if (reason) this.reasons = { ...this.reasons, [message.id]: reason };
    if (value === "down") this.more();
    this.draw();
    this.tell("feedback", { message_id: message.id, value, reason: reason ?? null }).catch(() => {});
  }

  // The form that is due under the last message: a name in more.js, or null.
  form() {
    const { conversation, messages, ask } = this.state, { card, host } = this;
    if (!messages.length && card.open_now === false && card.off_hours_mode === "form") return "OffHours";
    if (conversation?.status === "closed") {
      const answered = messages.some((m) => m.sender_type === "ai" || m.sender_type === "agent");
      return answered && host.kept.rated !== conversation.id ? "Rating" : null;
    }
    return ask ? "Contact" : null;
  }

  rated() {
    this.host.keep({ rated: this.state.conversation?.id });
    this.draw();
  }

  async contact(details, words) {
    if (words) await this.send(words);
    await this.tell("contact", details);
    this.apply({ type: "drop", data: { ask: true } });
  }

  startOver() {
    this.tell("close").catch(() => {});
    this.renew();
  }

  renew(change) {
    this.host.keep({ ...change });
    const waiting = this.state.messages.filter((m) => m.state === "sending");
    this.state = { ...start(), messages: waiting };
    this.said = null;
    this.wire?.watch();
    this.draw();
  }

  // -- how it looks ------------------------------------------------------------------------------------------------

  sender(message) {
    if (message.sender_type === "customer") return t("you");
    return message.sender_name ?? (message.sender_type === "ai" ? t("assistant") : this.card.name);
  }

  note(error) {
    this.state = { ...this.state, error };
    this.draw();
  }

  async speak(lang) {
    const response = await fetch(`${config.assets}/i18n/${lang}.json`).catch(() => null);
    if (!response?.ok) return;
    const { chat, more } = await response.json();
    use({ ...chat, ...more });
    const root = document.documentElement;
    this.lang = root.lang = lang;
    root.dir = RIGHT_TO_LEFT.includes(lang.slice(0, 2)) ? "rtl" : "ltr";
    this.host.keep({ lang });
    this.draw();
  }

  more() {
    this.loading ??= import("./more.js").then(async (module) => {
      await module.ready(config.assets, this.lang);
      this.extra = module;
      this.draw();
      return module;
    });
    return this.loading;
  }

  badge(unread) {
    this.unread = unread;
    if (!this.embed) document.title = unread ? `(${unread}) ${this.title}` : this.title;
    this.host.tell("unread", unread);
  }

  tint() {
    const colours = accents(this.card.theme?.accent, dark.matches);
    for (const [name, value] of Object.entries(colours)) document.documentElement.style.setProperty(name, value);
  }

  draw() {
    this.drawing ??= setTimeout(() => {
      this.drawing = null;
      render(html`<${App} chat=${this} at=${this.state} />`, document.getElementById("app"));
    }, 12);
  }
}

new Chat().begin();
