// What most visits never need, loaded when first asked for: menu, contact form, rating, reasons, sound, transcript.
import { Component } from "../vendor/preact.js";
import { fullTime } from "./said.js";
import { html, icon, t, use } from "./text.js";

const more = (name) => icon(name, "chat-more");

export async function ready(assets, lang) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("more.css", import.meta.url) });
  const styled = new Promise((go) => (sheet.onload = sheet.onerror = go));
  document.head.append(sheet);
  const response = await fetch(`${assets}/i18n/${lang}.json`).catch(() => null);
  if (response?.ok) use((await response.json()).more);
  await styled;
}

export class Menu extends Component {
  componentDidMount() {
    this.box.querySelector("button").focus();
    this.away = (event) => !event.target.closest(".menu, .menu-button") && this.props.done();
    addEventListener("pointerdown", this.away);
  }

  componentWillUnmount() {
    removeEventListener("pointerdown", this.away);
  }

  moved = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...this.box.querySelectorAll("button")];
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  };

  render({ chat, done }) {
    const item = (sign, words, act) => html`<button onClick=${() => (done(), act())}>${sign}<span>${words}</span></button>`;
    const { sound } = chat.host.kept;
    const some = chat.state.messages.length > 0;
    return html`<div class="menu" ref=${(node) => (this.box = node)} onKeyDown=${this.moved}>
      ${item(icon("headset"), t("person"), () => chat.person())}
      ${some && item(more("plus"), t("newChat"), () => chat.startOver())}
      ${some && item(more("download"), t("transcript"), () => save(chat))}
      ${item(more(sound ? "volume-off" : "volume"), t(sound ? "soundOff" : "soundOn"), () => turnSound(chat, !sound))}
      ${chat.card.languages?.length > 1 && html`<div class="languages" role="group" aria-label=${t("language")}>${more("language")}
        ${chat.card.languages.map((l) => html`<button key=${l} lang=${l} aria-pressed=${l === chat.lang}
          onClick=${() => (done(), chat.speak(l))}>${named(l)}</button>`)}</div>`}
    </div>`;
  }
}

const named = (lang) => {
  const name = new Intl.DisplayNames(lang, { type: "language" }).of(lang);
  return name[0].toLocaleUpperCase(lang) + name.slice(1);
};

// The conversation as a text file; made here, so nothing has to be asked for.
function save(chat) {
  const line = (m) => `[${m.created_at ? fullTime(m.created_at, chat.lang) : ""}] ${chat.sender(m)}:\n${m.text}\n`;
  const file = new Blob([`${chat.card.name}\n\n`, chat.state.messages.map(line).join("\n")], { type: "text/plain" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${chat.card.slug}-chat.txt` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

let speaker = null;
function turnSound(chat, sound) {
  chat.host.keep({ sound });
  chat.draw();
  if (sound) chime(); // within the visitor's own click, so that the browser lets us sound later
}

export function chime() {
  speaker ??= new AudioContext();
  const gain = speaker.createGain(), now = speaker.currentTime;
  gain.connect(speaker.destination);
  gain.gain.setValueAtTime(0.08, now);
  gain.gain.exponentialRampToValueAtTime(0.0001, now + 0.5);
  [660, 880].forEach((pitch, i) => {
    const tone = speaker.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain);
    tone.start(now + i * 0.12);
    tone.stop(now + 0.5);
  });
}

export const Reason = ({ chat, m }) =>
  chat.reasons[m.id]
    ? html`<p class="thanks" role="status">${t("feedbackThanks")}</p>`
    : html`<div class="reasons" role="group" aria-label=${t("whyBad")}>
        ${["reasonWrong", "reasonUnclear", "reasonOther"].map((r) => html`<button key=${r} onClick=${() => chat.rate(m, "down", t(r))}>${t(r)}</button>`)}
      </div>`;

// Contact details: only what is missing, with consent, kept while something is wrong. Off hours a message stands above.
export class Contact extends Component {
  state = { wrong: {} };

  send = async (event) => {
    event.preventDefault();
    const { chat, message } = this.props;
    const data = Object.fromEntries(new FormData(event.target));
    for (const name in data) data[name] = data[name].trim();
    data.consent = !!data.consent;
    const wrong = check(data, chat.state.ask ?? [], message);
    this.setState({ wrong });
    const first = Object.keys(wrong)[0];
    if (first) return event.target.elements[first].focus();
    const { message: words, ...contact } = data;
    await chat.contact(contact, words).catch(() => this.setState({ wrong: { consent: t("unavailable") } }));
  };

  render({ chat, message }, { wrong }) {
    const asked = chat.state.ask ?? [];
    const wants = (name) => !asked.length || asked.includes(name);
    const field = (name, type, complete) => html`<label key=${name}>${t(name)}
      <input name=${name} type=${type} autocomplete=${complete} aria-invalid=${!!wrong[name]} aria-describedby=${`${name}-wrong`} />
      <small class="wrong" id=${`${name}-wrong`}>${wrong[name]}</small></label>`;
    return html`<form class="card" noValidate onSubmit=${this.send} aria-labelledby="contact-title">
      <h3 id="contact-title">${t(message ? "offHoursTitle" : "contactTitle")}</h3>
      <p>${t(message ? "offHoursHint" : "contactHint")}</p>
      ${message && html`<label>${t("message")}<textarea name="message" rows="3" aria-invalid=${!!wrong.message} />
        <small class="wrong">${wrong.message}</small></label>`}
      ${wants("name") && field("name", "text", "name")}
      ${wants("phone") && field("phone", "tel", "tel")}
      ${wants("email") && field("email", "email", "email")}
      <label class="tick-box"><input type="checkbox" name="consent" aria-invalid=${!!wrong.consent} />
        <span>${t("consent", { business: chat.card.name })}<small class="wrong">${wrong.consent}</small></span></label>
      <div class="row"><button class="strong">${t("submit")}</button>
        ${!message && html`<button type="button" class="quiet" onClick=${() => chat.apply({ type: "drop", data: { ask: true } })}>${t("skip")}</button>`}</div>
    </form>`;
  }
}

export const OffHours = ({ chat }) => html`<${Contact} chat=${chat} message />`;

function check({ name, email, phone, consent, message }, asked, offHours) {
  const wrong = {};
  if (offHours && !message) wrong.message = t("needMessage");
  if (asked.includes("name") && !name) wrong.name = t("needName");
  if (email && !/^\S+@\S+\.\S{2,}$/.test(email)) wrong.email = t("badEmail");
  if (phone && phone.replace(/\D/g, "").length < 7) wrong.phone = t("badPhone");
  const reach = asked.filter((a) => a !== "name");
  if (!email && !phone && (!asked.length || reach.length)) wrong[reach[0] ?? "phone"] = t("needOne");
  if (!consent) wrong.consent = t("needConsent");
  return wrong;
}

// One to five stars, once, after the end; a comment if wanted.
export class Rating extends Component {
  state = { score: 0 };

  componentDidUpdate() {
    document.querySelector("form.card, p.card")?.scrollIntoView({ block: "nearest" }); // it grows with the first star
  }

  render({ chat }, { score, done }) {
    if (done) return html`<p class="card thanks" role="status">${t("csatThanks")}</p>`;
    const send = (event) => {
      event.preventDefault();
      chat.tell("csat", { score, comment: event.target.elements.comment.value.trim() || null }).catch(() => {});
      this.setState({ done: true });
      setTimeout(() => chat.rated(), 2500);
    };
    return html`<form class="card" onSubmit=${send} aria-labelledby="csat-title">
      <h3 id="csat-title">${t("csatTitle")}</h3>
      <div class="stars" role="group" aria-labelledby="csat-title">${[1, 2, 3, 4, 5].map((n) => html`<button type="button" key=${n}
        class=${n <= score ? "on" : ""} aria-pressed=${n === score} aria-label=${t("csatScale", { n })}
        onClick=${() => this.setState({ score: n })}>${more(n <= score ? "star-filled" : "star")}</button>`)}</div>
      ${score > 0 && html`<label>${t("csatComment")}<textarea name="comment" rows="2" /></label>`}
      <div class="row">${score > 0 && html`<button class="strong">${t("csatSend")}</button>`}
        <button type="button" class="quiet" onClick=${() => chat.rated()}>${t("skip")}</button></div>
    </form>`;
  }
}
