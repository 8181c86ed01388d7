// The queue as pure functions: rows of open conversations, changed by the events of the business, shown by views.
// A row: {id, status, name, email, phone, agent: {id, name}|null, topic, last_text, last_by, last_message_at,
// waiting_since, priority, channel, sequence, closed_at, outcome}.

export function toRow(c) {
  const holder = c.agent ?? (c.escalation_state?.human_agent_id ? { id: c.escalation_state.human_agent_id, name: c.agent_name ?? null } : null);
  const customer = c.customer ?? {};
  return {
    id: c.id, status: c.status, channel: c.channel, priority: c.priority ?? "normal", topic: c.topic, language: c.language,
    name: customer.name ?? null, email: customer.email ?? null, phone: customer.phone ?? null, agent: holder,
    last_text: c.last_text, last_by: c.last_sender_type ?? null, last_message_at: c.last_message_at,
    waiting_since: c.waiting_since, sequence: c.sequence ?? 0, closed_at: c.closed_at, outcome: c.resolution_outcome,
    escalation: c.escalation_state?.type ?? "none", csat: c.csat_score,
  };
}

// Rows with one event applied; `unknown` when the conversation is not among them and has to be fetched.
export function apply(rows, { conversation_id: id, type, data }, now = new Date().toISOString()) {
  if (!id) return { rows };
  const row = rows.get(id);
  const change = changes[type]?.(data, now, row);
  if (!change) return { rows };
  if (!row) return { rows, unknown: id };
  return { rows: new Map(rows).set(id, { ...row, ...change }) };
}

const changes = {
  message({ message: m }, now, row) {
    if (row && m.sequence < row.sequence) return null; // an older message that changed: the last line stays
    return { last_text: m.text, last_by: m.kind === "note" ? "note" : m.sender_type, last_message_at: m.created_at ?? now, sequence: m.sequence };
  },
  status(data, now, row) {
    const change = {};
    if (data.status) change.status = data.status;
    if ("agent" in data) change.agent = data.agent;
    if (data.status === "waiting_human") change.waiting_since = row?.waiting_since ?? now;
    if (data.status && data.status !== "waiting_human") change.waiting_since = null;
    if (data.status === "closed") change.closed_at = now;
    return change;
  },
  escalation: ({ status, priority, type }, now, row) => ({
    escalation: type, ...(priority && { priority }), ...(status && { status }),
    ...(status === "waiting_human" && { waiting_since: row?.waiting_since ?? now }),
  }),
};

export const VIEWS = ["waiting", "mine", "unassigned", "ai", "all", "closed"];

export const shows = {
  waiting: (r) => r.status === "waiting_human",
  mine: (r, me) => r.status !== "closed" && r.agent?.id === me,
  unassigned: (r) => r.status !== "closed" && !r.agent && (r.status === "waiting_human" || r.escalation === "requested" || r.escalation === "forced"),
  ai: (r) => r.status === "active" && !r.agent,
  all: () => true,
  closed: (r) => r.status === "closed",
};

const RANK = { urgent: 0, high: 1, normal: 2 };
const newest = (a, b) => new Date(b.last_message_at) - new Date(a.last_message_at);
const longest = (a, b) => RANK[a.priority] - RANK[b.priority] || new Date(a.waiting_since ?? a.last_message_at) - new Date(b.waiting_since ?? b.last_message_at);

export function view(rows, name, me) {
  const found = [...rows.values()].filter((r) => shows[name](r, me));
  return found.sort(name === "waiting" || name === "unassigned" ? longest : newest);
}

export function counts(rows, me) {
  return Object.fromEntries(["waiting", "mine", "unassigned", "ai"].map((name) => [name, [...rows.values()].filter((r) => shows[name](r, me)).length]));
}

// How long somebody has waited, as a colour: amber at once, red after these minutes (design/ux.md: amber then red).
export const RED_AFTER = 5;
export const heat = (row, now) =>
  row.status !== "waiting_human" ? "" : now - new Date(row.waiting_since ?? row.last_message_at) >= RED_AFTER * 60_000 ? "red" : "amber";
