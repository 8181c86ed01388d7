// One conversation as a pure function of its events: reduce(state, event) -> state. The chat page and the console
// both live on it. Applying an event twice, or one that the other stream brought already, changes nothing.
//
// event: {type, data, id?}. `id` is the server's event number within the conversation; local events have none.
// Server: accepted status delta message escalation done error typing. Local: load send fail retry drop.

export const start = () => ({
  conversation: null, // {id, status} once the server knows it
  messages: [], // in order; see place()
  agent: null, // {name} while a person has it
  work: null, // reading | searching | writing | null: what the AI does now
  typing: null, // {name, at} of a person who types
  offer: false, // "shall I connect you?" awaits its answer
  ask: null, // contact fields asked for, e.g. ["phone"]; [] = any
  error: null, // {code, message, retryable} of the last turn
  seen: 0, // highest event number applied
  settled: 0, // event number of the last status: an older one is ignored
});

export function reduce(state, { type, data = {}, id }) {
  const apply = moves[type];
  if (!apply) return state;
  const next = apply(state, data, id);
  return id > next.seen ? { ...next, seen: id } : next;
}

const moves = {
  // The snapshot of POST /chat/session (or of the console): {conversation, messages}.
  load(state, { conversation, messages = [] }) {
    const told = conversation && { offer: conversation.offer_open, ...conversation };
    const base = conversation ? status(state, told) : state;
    return messages.reduce((s, message) => moves.message(s, { message }), base);
  },

  // The visitor's own bubble, before the server has seen it: {client_message_id, text, created_at, state}.
  send: (state, message) =>
    message.text == null ? state : upsert({ ...state, offer: false, error: null },
      { sender_type: "customer", state: "sending", ...message }),

  fail: (state, { client_message_id, state: how = "failed" }) => revise(state, client_message_id, { state: how }),
  retry: (state, { client_message_id }) => revise({ ...state, error: null }, client_message_id, { state: "sending" }),
  drop: (state, { ask, offer }) => ({ ...state, ...(ask && { ask: null }), ...(offer && { offer: false }) }),

  // A closed conversation is reopened by it; another conversation's number means that the old one is over.
  accepted(state, { conversation_id, message_id, sequence, client_message_id }, id) {
    const before = state.conversation;
    const other = before?.id && before.id !== conversation_id;
    const own = state.messages.filter((m) => m.client_message_id === client_message_id);
    const base = other ? { ...start(), messages: own } : state;
    const ended = before?.status === "closed" && !(id <= state.settled);
    const now = other || ended || !before?.status ? "active" : before.status;
    const known = { ...base, conversation: { ...(!other && before), id: conversation_id, status: now } };
    return revise(known, client_message_id, { id: message_id, sequence, state: "complete" });
  },

  status(state, data, id) {
    if (id <= state.settled) return state;
    return status(id ? { ...state, settled: id } : state, data);
  },

  delta(state, { message_id, at, text, sequence }) {
    const old = state.messages.find((m) => m.id === message_id);
    if (old && old.state !== "partial") return state; // the whole has come already
    const have = old?.text ?? "";
    if (at > have.length) return state; // a gap: the whole message will fill it
    const fresh = text.slice(have.length - at); // `at` counts UTF-16 units, as strings here do
    if (old && !fresh) return state;
    const first = { id: message_id, sender_type: "ai", state: "partial", sequence, after: last(state) };
    return upsert({ ...state, work: "writing" }, { ...(old ?? first), text: have + fresh });
  },

  message(state, { message }) {
    if (message.visible_to_customer === false && !state.staff) return state;
    const next = upsert(state, { state: "complete", ...message });
    if (message.sender_type === "customer") return state.staff ? { ...next, typing: null } : next;
    const whole = (message.state ?? "complete") !== "partial";
    return { ...next, typing: null, work: whole ? null : next.work };
  },

  escalation(state, { type, status: now }, id) {
    if (id <= state.settled) return state;
    return status(id ? { ...state, settled: id } : state, { status: now, offer: type === "offered" });
  },

  done(state, data, id) {
    const next = { ...state, work: null };
    return id <= state.settled ? next : status(next, { status: data.status });
  },

  error: (state, data) => ({ ...state, work: null, error: data }),

  // Somebody types (a colleague to the customer, the customer to the console); `active: false` ends it. A customer's own
  // typing comes back on the shared stream and is no news to them.
  typing: (state, { active = true, name, sender_type = "agent" }) =>
    state.staff || sender_type === "agent" ? { ...state, typing: active ? { name, sender_type, at: Date.now() } : null } : state,
};

function status(state, data) {
  const next = { ...state };
  if (data.status || data.id || data.conversation_id) {
    next.conversation = { ...state.conversation, ...(data.status && { status: data.status }) };
    next.conversation.id ??= data.id ?? data.conversation_id;
  }
  if ("agent" in data) next.agent = data.agent;
  if (data.offer != null) next.offer = data.offer;
  if (data.ask_contact != null) next.ask = data.ask_contact === true ? [] : data.ask_contact || null;
  if (data.state) next.work = data.state === "waiting_human" ? null : data.state;
  const now = data.status ?? (data.state === "waiting_human" ? data.state : null);
  if (now && now !== "active") Object.assign(next, { work: null, offer: false });
  if (now === "waiting_human" && next.conversation) next.conversation.status = now;
  if (now === "closed") Object.assign(next, { agent: null, ask: null, typing: null });
  return next;
}

// By id, or by the id that its sender gave it: one bubble for the optimistic one, its echo and its replay.
function upsert(state, message) {
  const same = (m) =>
    (message.id && m.id === message.id) ||
    (message.client_message_id && m.client_message_id === message.client_message_id);
  const old = state.messages.find(same);
  if (old && old.state === "complete" && message.state !== "complete") return state;
  const rest = old ? state.messages.filter((m) => !same(m)) : state.messages;
  return { ...state, messages: place(rest, { ...old, ...message }) };
}

const revise = (state, key, change) =>
  state.messages.some((m) => m.client_message_id === key && !(m.sequence && !change.sequence))
    ? upsert(state, { client_message_id: key, ...change })
    : state;

// Numbered messages by number; an answer being written after what stood when it began; unsent ones last.
const rank = (m) => m.sequence ?? (m.after != null ? m.after + 0.5 : Infinity);
const last = (state) => Math.max(0, ...state.messages.map((m) => m.sequence ?? 0));
function place(list, message) {
  const at = list.findIndex((m) => rank(m) > rank(message));
  return at < 0 ? [...list, message] : [...list.slice(0, at), message, ...list.slice(at)];
}
