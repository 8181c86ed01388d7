// The inbox's list: who is in it, which view or search shows them, and the news that somebody began to wait.
// The rows are desk.js's; `Inbox` adds the open conversation to it.
import { api } from "./api.js";
import { chime } from "./chime.js";
import { counts, toRow, view, VIEWS } from "./desk.js";
import { toast } from "./toast.js";
import { showWaiting } from "./waiting.js";
import { config, t, whoIs } from "./words.js";

export class Queue {
  me = config.me;
  rows = new Map();
  found = null; // rows of a search, or null
  view = "waiting";
  query = "";
  loaded = false;
  seen = this.kept("seen");

  kept(name) {
    try { return JSON.parse(localStorage.getItem(`fl_${name}`)) ?? {}; } catch { return {}; }
  }
  keep(name) {
    try { localStorage.setItem(`fl_${name}`, JSON.stringify(this[name])); } catch { /* storage refused: kept in memory */ }
  }

  // The view and the words in the address.
  listed() {
    const asked = new URLSearchParams(location.search).get("view");
    if (VIEWS.includes(asked)) this.view = asked;
    else this.choose = true; // the first view that has somebody
    const words = new URLSearchParams(location.search).get("q");
    if (words) this.search(words);
  }

  async load() {
    try {
      const lists = await Promise.all(["waiting", "mine", "all"].map((name) => api("GET", `conversations?view=${name}&limit=100`)));
      const rows = new Map(lists.flatMap((list) => list.items.map((c) => [c.id, toRow(c)])));
      this.rows = rows;
      this.loaded = true;
      if (this.choose && rows.size) {
        this.choose = false;
        this.view = ["waiting", "mine", "all"].find((name) => view(rows, name, this.me.id).length) ?? "all";
      }
    } catch (problem) {
      toast(problem.message, { wrong: true });
    }
    this.counted();
    this.draw();
  }

  async show(name) {
    this.view = name;
    this.query = "";
    this.found = null;
    this.choose = false;
    history.replaceState(history.state, "", `${location.pathname}?view=${name}`);
    this.draw();
    if (name !== "closed") return;
    const { items } = await api("GET", "conversations?view=closed&limit=100").catch(() => ({ items: [] }));
    this.rows = new Map([...this.rows, ...items.map((c) => [c.id, toRow(c)])]);
    this.draw();
  }

  search(query) {
    this.query = query;
    clearTimeout(this.searching);
    this.searching = setTimeout(async () => {
      const asked = query.trim();
      const list = asked ? await api("GET", `conversations?view=all&limit=50&q=${encodeURIComponent(asked)}`).catch(() => null) : null;
      if (this.query === query) this.found = list && list.items.map(toRow);
      this.draw();
    }, 200);
    this.draw();
  }

  get list() {
    return this.found ? this.found.map((r) => this.rows.get(r.id) ?? r) : view(this.rows, this.view, this.me.id);
  }
  get counts() {
    return counts(this.rows, this.me.id);
  }
  unread(row) {
    return row.sequence > (this.seen[row.id] ?? 0) && row.id !== this.id && row.last_by !== "agent" && (row.status === "waiting_human" || row.agent?.id === this.me.id);
  }

  counted() {
    const waiting = view(this.rows, "waiting", this.me.id);
    showWaiting(waiting.length);
    const ids = new Set(waiting.map((r) => r.id));
    const fresh = waiting.find((r) => this.waited && !this.waited.has(r.id));
    if (this.loaded) this.waited = ids; // who waited before this page was opened is no news
    if (!fresh) return;
    chime();
    if (fresh.id !== this.id) toast(t("newWaiting", { name: whoIs(fresh) }), { action: t("open"), onAction: () => this.open(fresh.id), ms: 12_000 });
  }

  // After a turn the row and the brief may say more (topic, customer, receipt).
  soon(id) {
    clearTimeout(this.soonTimer);
    (this.soonIds ??= new Set()).add(id);
    this.soonTimer = setTimeout(() => {
      const ids = [...this.soonIds];
      this.soonIds.clear();
      for (const one of ids) one === this.id ? this.refresh() : this.fetchRow(one);
    }, 400);
  }

  async fetchRow(id) {
    const detail = await api("GET", `conversations/${id}`).catch(() => null);
    if (!detail) return;
    const row = toRow(detail.conversation ?? detail);
    this.rows = new Map(this.rows).set(id, row);
    this.counted();
    this.draw();
  }

  move(by) {
    const { list } = this;
    const at = list.findIndex((r) => r.id === this.id);
    const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))];
    if (next && next.id !== this.id) this.open(next.id);
  }
}
