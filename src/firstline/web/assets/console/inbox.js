// The inbox: the open conversation, what an agent can do with it, and when to draw. The list is queue.js's, the open
// thread is the reducer's that the chat page uses, too; both live on one event stream.
import { render } from "../vendor/preact.js";
import { reduce, start } from "../shared/reduce.js";
import { api, newId } from "./api.js";
import { apply, toRow } from "./desk.js";
import { listenForKeys } from "./keys.js";
import { live } from "./live.js";
import { Panes } from "./panes.js";
import { Queue } from "./queue.js";
import { toast } from "./toast.js";
import { config, html, t } from "./words.js";

const SETTLED = ["done", "turn.closed", "conversation.tagged", "conversation.closed", "handoff_completed", "escalation"];

// What the list can be searched by for the same customer.
const reach = ({ phone, email, name }) => phone ?? email ?? name ?? "";

class Inbox extends Queue {
  link = "open";
  id = null;
  thread = null; // the reducer's state of the open conversation
  detail = null; // what GET conversations/{id} said of it
  brief = null;
  past = [];
  missing = false;
  drafts = this.kept("drafts");
  mode = "auto"; // of the composer: auto | note
  pane = "list"; // on a phone: list | thread | context
  dialog = null; // {kind: "receipt" | "resolve" | "keys", …}
  now = Date.now();

  begin() {
    this.listed();
    if (config.open) this.open(config.open, { push: false });
    live({ name: `firstline-${this.me.id}`, onEvent: (e) => this.heard(e), onState: (s) => this.linked(s) });
    this.load();
    setInterval(() => { this.now = Date.now(); this.draw(); }, 15_000);
    addEventListener("popstate", () => this.wentBack());
    listenForKeys(this);
    this.draw();
  }

  draw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      render(html`<${Panes} inbox=${this} />`, document.getElementById("inbox"));
    });
  }

  linked(state) {
    this.link = state;
    if (state === "open") this.load().then(() => this.id && this.refresh());
    if (state === "gone") location.reload(); // the session has ended: the page leads to the sign-in
    this.draw();
  }

  // ---------------------------------------------------------------- what happens
  heard({ type, data }) {
    const event = data; // {conversation_id, seq, type, data}
    const { rows, unknown } = apply(this.rows, event);
    this.rows = rows;
    if (unknown) this.fetchRow(unknown);
    const id = event.conversation_id;
    if (id && id === this.id && this.thread) {
      this.thread = reduce(this.thread, { type, data: event.data ?? {}, id: event.seq ?? undefined });
      this.sawAll();
    }
    if (SETTLED.includes(type)) this.soon(id);
    if (type === "status" || type === "escalation") this.counted();
    this.draw();
  }

  // ---------------------------------------------------------------- the open conversation
  get row() {
    return this.rows.get(this.id) ?? (this.detail ? toRow(this.detail) : null);
  }
  get mine() {
    return this.row?.agent?.id === this.me.id;
  }

  open(id, { push = true } = {}) {
    if (push && id !== this.id) history.pushState({ id }, "", `/console/inbox/${id}?view=${this.view}`);
    Object.assign(this, { id, thread: null, detail: null, brief: null, past: [], missing: false, mode: "auto", pane: "thread", dialog: null });
    this.draw();
    return this.refresh();
  }

  close() {
    history.pushState({}, "", `/console/inbox?view=${this.view}`);
    Object.assign(this, { id: null, thread: null, detail: null, pane: "list" });
    this.draw();
  }

  wentBack() {
    const id = /\/inbox\/([\w-]{36})/.exec(location.pathname)?.[1] ?? null;
    if (id) this.open(id, { push: false });
    else Object.assign(this, { id: null, thread: null, detail: null, pane: "list" });
    this.draw();
  }

  async refresh() {
    const { id } = this;
    try {
      const answer = await api("GET", `conversations/${id}`);
      if (id !== this.id) return;
      const detail = answer.conversation ?? answer;
      this.detail = { ...answer, ...detail };
      const row = toRow(detail);
      this.rows = new Map(this.rows).set(id, row);
      const messages = answer.messages?.items ?? answer.messages ?? [];
      const before = this.thread ?? { ...start(), staff: true };
      const thread = reduce(before, { type: "load", data: { conversation: { id, status: detail.status, agent: row.agent, offer: detail.offer_open }, messages } });
      this.thread = { ...thread, settled: Math.max(thread.settled, detail.event_seq ?? 0) };
      this.sawAll();
      this.counted();
      this.draw();
      this.around(id, detail);
    } catch (problem) {
      if (id !== this.id) return;
      this.missing = problem.status === 404 || problem.status === 422;
      if (!this.missing) toast(problem.message, { wrong: true });
      this.draw();
    }
  }

  // The brief and what came before; neither holds the thread up.
  async around(id, detail) {
    const [brief, past] = await Promise.all([
      api("GET", `handoffs/${id}`).catch(() => null),
      detail.customer ? api("GET", `conversations?view=all&limit=50&q=${encodeURIComponent(reach(detail.customer))}`).catch(() => null) : null,
    ]);
    if (id !== this.id) return;
    this.brief = brief;
    this.past = (past?.items ?? []).filter((c) => c.id !== id && c.customer?.id === detail.customer.id);
    this.draw();
  }

  sawAll() {
    const last = Math.max(0, ...this.thread.messages.map((m) => m.sequence ?? 0));
    if (last > (this.seen[this.id] ?? 0) && !document.hidden) {
      this.seen[this.id] = last;
      this.keep("seen");
    }
  }

  // ---------------------------------------------------------------- what an agent does
  get noting() {
    return !this.mine || this.mode === "note";
  }

  draft(text) {
    if (text) this.drafts[this.id] = text;
    else delete this.drafts[this.id];
    this.keep("drafts");
  }

  async send(text, note = this.noting) {
    const { id } = this, key = newId();
    const own = { client_message_id: key, text, sender_type: "agent", sender_name: this.me.name, kind: note ? "note" : "text", visible_to_customer: !note, created_at: new Date().toISOString() };
    this.draft("");
    this.thread = reduce(this.thread, { type: "send", data: own });
    this.draw();
    await this.post(id, own);
  }

  async post(id, own) {
    try {
      const answer = await api("POST", `conversations/${id}/messages`, { text: own.text, kind: own.kind, client_message_id: own.client_message_id });
      if (id === this.id) this.thread = reduce(this.thread, { type: "message", data: { message: answer.message ?? answer } });
    } catch (problem) {
      if (problem.status === 401) Object.assign(this.drafts, { [id]: own.text }), this.keep("drafts"); // signed in again, it is there
      if (id === this.id) this.thread = reduce(this.thread, { type: "fail", data: own });
      toast(problem.message, { wrong: true });
    }
    this.draw();
  }

  retry(message) {
    this.thread = reduce(this.thread, { type: "retry", data: message });
    this.draw();
    return this.post(this.id, message);
  }

  async act(method, path, body, said, options, id = this.id) {
    if (this.acting) return;
    this.acting = true;
    this.draw();
    try {
      await api(method, `conversations/${id}/${path}`, body);
      if (said) toast(said, options ?? {});
    } catch (problem) {
      toast(problem.message, { wrong: true });
    } finally {
      this.acting = false;
      await (id === this.id ? this.refresh() : this.fetchRow(id));
    }
  }

  takeOver = () => {
    this.mode = "auto";
    const before = this.view;
    return this.act("POST", "takeover", {}, t("tookOver")).then(() => this.mine && before === this.view && !["all", "mine"].includes(before) && this.show("mine"));
  };
  handBack = () => this.act("DELETE", "takeover", undefined, t("handedBack"));
  // Undone, the conversation is again with whom it was: the AI, or somebody who waited, now with this agent.
  resolve = (outcome, summary) => {
    const { id } = this, withAi = this.row?.status === "active" && !this.row.agent;
    const undo = () => this.reopen(id).then(() => withAi && this.act("DELETE", "takeover", undefined, null, null, id));
    this.dialog = null;
    return this.act("POST", "closure", { outcome, ...(summary && { summary }) }, t("resolved"), { action: t("undo"), onAction: undo });
  };
  // A closed conversation that is taken over is open again.
  reopen = (id = this.id) => this.act("POST", "takeover", {}, t("reopened"), null, id);

  ask(dialog) {
    this.dialog = dialog;
    this.draw();
  }
}

const inbox = new Inbox();
inbox.begin();
