// Server-sent events over fetch (EventSource sends no Authorization header): one reader for a turn's answer and for
// the long stream, which resumes after the last event number, backs off, and may sleep while nobody looks.

// Yields {type, data, id} from a response's body; comment lines (the ping) are yielded as {type: "ping"}.
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) yield parse(block);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parse(block) {
  const fields = { event: "message", data: [] };
  let named = false;
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "data") fields.data.push(value);
    else if (name) fields[name] = value;
    named ||= !!name;
  }
  if (!named || !fields.data.length) return { type: "ping" };
  const id = /^\d+$/.test(fields.id) ? Number(fields.id) : fields.id; // the console feed's cursor is no number
  return { type: fields.event, id, data: JSON.parse(fields.data.join("\n")) };
}

// follow({open, onEvent, onState, after, hidden}) keeps one stream up until stop() is called.
//   open(after, signal) -> Promise<Response>      the request; 401, 403, 404 and 410 end the following
//   onState("open" | "retry" | "asleep" | "gone", response?)
//   hidden: "sleep" closes it while the page is hidden (the widget); "stay" keeps it (agents).
//   quiet: milliseconds without a byte after which the connection counts as dead; the server pings every 15 s.
export function follow({ open, onEvent, onState = () => {}, after = 0, hidden = "sleep", quiet = 40_000 }) {
  let cursor = after, stopped = false, abort = null, wake = null;
  const asleep = () => hidden === "sleep" && document.hidden;
  const poke = () => {
    if (asleep()) abort?.abort();
    wake?.();
  };
  const pause = (ms) =>
    new Promise((go) => {
      const timer = ms && setTimeout(go, ms);
      wake = () => { clearTimeout(timer); go(); };
    });

  async function once() {
    abort = new AbortController();
    const { signal } = abort;
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => abort?.abort(), quiet);
    };
    try {
      alive();
      const response = await open(cursor, signal);
      if ([401, 403, 404, 410].includes(response.status)) {
        stop();
        onState("gone", response);
      }
      if (!response.ok) throw new Error(response.status);
      onState("open");
      for await (const event of events(response)) {
        alive();
        if (stopped) return true;
        if (event.id > cursor) cursor = event.id;
        if (event.type !== "ping") onEvent(event);
      }
      return true; // the server ends a stream after ten minutes: come straight back
    } finally {
      clearTimeout(timer);
      abort = null;
    }
  }

  async function run() {
    for (let tries = 0; !stopped; ) {
      if (asleep()) {
        onState("asleep");
        await pause(0);
        continue;
      }
      const began = Date.now();
      const ended = await once().catch(() => false);
      if (stopped) return;
      tries = ended || Date.now() - began > 10_000 ? 0 : tries + 1;
      if (asleep()) continue;
      if (tries) onState("retry");
      await pause(tries ? Math.min(500 * 2 ** tries, 30_000) * (0.5 + Math.random() / 2) : 250);
    }
  }

  function stop() {
    stopped = true;
    document.removeEventListener("visibilitychange", poke);
    removeEventListener("online", poke);
    abort?.abort();
    wake?.();
  }

  document.addEventListener("visibilitychange", poke);
  addEventListener("online", poke);
  run();
  return { stop, poke, get after() { return cursor; } };
}
