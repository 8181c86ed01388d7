// The chat API: a session, messages that stream their answer, events, and the two ways to read what happened.
import { events, follow } from "../shared/stream.js";

export class Problem extends Error {
  constructor(response, body) {
    super(body?.detail || body?.title || String(response.status));
    this.status = response.status;
    this.code = body?.code;
    this.wait = Number(response.headers.get("Retry-After")) || 0; // seconds
  }
}

// `desk`: {card, token, identity, customer_token, metadata(), keep(token)}
export function client(desk) {
  const call = async (path, { body, accept = "application/json", signal } = {}) => {
    const response = await fetch(`/chat/${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        Accept: accept,
        ...(body && { "Content-Type": "application/json" }),
        ...(desk.token && { Authorization: `Bearer ${desk.token}` }),
      },
      body: body && JSON.stringify(body),
      credentials: "omit",
      signal,
    });
    return response;
  };
  const checked = async (path, options) => {
    const response = await call(path, options);
    if (response.ok) return response;
    throw new Problem(response, await response.json().catch(() => null));
  };
  // A token that ran out is replaced once.
  const renewed = async (path, options) => {
    try {
      return await checked(path, options);
    } catch (problem) {
      if (problem.status !== 401 || !desk.token) throw problem;
      desk.keep(null);
      await api.session();
      return checked(path, options);
    }
  };

  const api = {
    // Makes a session, or shows the kept one: {session_token, conversation?, messages?}.
    async session() {
      const { card, token, identity, customer_token } = desk;
      const body = { business: card.slug, session_token: token ?? null, customer_token, identity, metadata: desk.metadata() };
      const made = await (await checked("session", { body })).json();
      desk.keep(made.session_token ?? made.token ?? token);
      return made;
    },

    // Yields the turn's events; the same client_message_id may be sent again without harm.
    async *message(conversation_id, { client_message_id, text }) {
      if (!desk.token) await api.session();
      const body = { conversation_id, business_id: desk.card.id, message: text, client_message_id, metadata: desk.metadata() };
      const response = await renewed("message", { body, accept: "text/event-stream" });
      yield* events(response);
    },

    event: (conversation_id, type, data = {}) =>
      renewed("events", { body: { conversation_id, type, data } }).then((r) => r.json().catch(() => ({}))),

    // What was committed after event number `after`, as events.
    async since(conversation_id, after) {
      const found = await (await renewed(`messages?conversation_id=${conversation_id}&after=${after}`)).json();
      const list = found.events ?? found.items ?? [];
      return list.map((e) => ({ type: e.type ?? e.event, id: e.id ?? e.number, data: e.data }));
    },

    follow: (conversation_id, options) =>
      follow({
        ...options,
        open: (after, signal) =>
          call(`stream?conversation_id=${conversation_id}&after=${after}`, { accept: "text/event-stream", signal }),
      }),
  };
  return api;
}
