// The line to the server, loaded with the first word (or when there is a conversation to resume): sends in order,
// retries under the same id, and keeps one stream while somebody looks and a slow look now and then while nobody does.
import { client } from "./client.js";

const POLL = 20_000; // ms between looks while the panel or the tab is hidden: for the badge
const TRIES = 3;
const GONE = ["conversation_closed", "conversation_not_found"]; // the message opens a new one then

export class Line {
  queue = Promise.resolve();

  constructor(chat, config) {
    this.chat = chat;
    const { host, card } = chat;
    this.api = client({
      card,
      customer_token: config.customer_token,
      get identity() { return host.identity; },
      get token() { return host.kept.token ?? config.session_token; },
      keep: (token) => host.keep({ token }),
      metadata: () => ({ ...host.page, locale: chat.lang, user_agent: navigator.userAgent }),
    });
  }

  get id() {
    return this.chat.state.conversation?.id;
  }

  get after() {
    return this.cursor?.id === this.id ? this.cursor.after : 0;
  }

  async resume() {
    const { chat } = this;
    try {
      const { conversation, messages } = await this.api.session();
      if (chat.link === "retry") chat.link = "open";
      if (conversation) {
        // Where nobody was called, the snapshot says all; else the events tell again who has it.
        const calm = (conversation.escalation_state?.type ?? "none") === "none";
        this.cursor = { id: conversation.id, after: calm ? conversation.event_seq ?? 0 : 0 };
        chat.apply({ type: "load", data: { conversation, messages: messages ?? conversation.messages } });
      }
      this.watch();
    } catch (problem) {
      if (problem.status >= 400 && problem.status < 429) return chat.host.keep({ token: null });
      chat.link = "retry";
      setTimeout(() => this.resume(), 5000);
    }
    chat.draw();
  }

  send(message) {
    this.queue = this.queue.then(() => this.deliver(message, 0));
    return this.queue;
  }

  // Resolves when the server has the message, so that the next one follows it; its answer is read on beside.
  async deliver(message, tries) {
    const { chat } = this;
    try {
      const turn = this.api.message(this.id ?? null, message);
      for (;;) {
        const { done, value } = await turn.next();
        if (done) throw new Error("not accepted");
        if (value.type === "error") throw Object.assign(new Error(), { status: value.data.retryable ? 503 : 422 });
        if (value.type !== "ping") chat.apply(value);
        if (value.type === "accepted") break;
      }
      this.watch();
      this.rest(turn);
    } catch (problem) {
      const { status, code, wait } = problem;
      if (GONE.includes(code) && tries < TRIES) {
        chat.renew();
        return this.deliver(message, TRIES);
      }
      if (tries < TRIES && (!status || status === 429 || status >= 500) && navigator.onLine) {
        if (status === 429) chat.note({ code: "slow" });
        await new Promise((go) => setTimeout(go, wait ? wait * 1000 : 600 * 2 ** tries));
        return this.deliver(message, tries + 1);
      }
      chat.apply({ type: "fail", data: { ...message, state: navigator.onLine ? "failed" : "queued" } });
    }
  }

  async rest(turn) {
    try {
      for await (const event of turn) if (event.type !== "ping") this.chat.apply(event);
    } catch {
      this.stream?.poke(); // the long stream shows what is left
    }
  }

  tell(type, data) {
    return this.api.event(this.id, type, data);
  }

  // Follow, look now and then, or nothing: whatever the conversation and the viewer are now.
  watch() {
    const { id, chat } = this, looking = chat.shown && !document.hidden;
    const want = id && `${id} ${looking}`;
    if (want === this.watching) return;
    this.watching = want;
    this.stream?.stop();
    this.stream = null;
    clearInterval(this.polling);
    if (!id) return;
    if (!looking) this.polling = setInterval(() => this.poll(id), POLL);
    else {
      this.stream = this.api.follow(id, {
        after: this.after,
        onEvent: (event) => this.take(id, event),
        onState: (link) => {
          chat.link = link;
          chat.draw();
        },
      });
    }
  }

  take(id, event) {
    this.cursor = { id, after: Math.max(event.id ?? 0, this.cursor?.id === id ? this.cursor.after : 0) };
    this.chat.apply(event);
  }

  async poll(id) {
    if (this.chat.state.conversation?.status === "closed") return;
    for (const event of await this.api.since(id, this.after).catch(() => [])) this.take(id, event);
  }
}
