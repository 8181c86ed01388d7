// Everything that happens in the business, once for all tabs of this browser: one tab holds the stream, the others listen.
// Browsers allow six connections a host on HTTP/1.1; an agent with eight tabs must not run dry.
import { follow } from "../shared/stream.js";

export function live({ onEvent, onState = () => {}, name = "firstline" }) {
  const channel = new BroadcastChannel(`${name}-events`);
  let cursor = null;
  const heard = (event) => {
    cursor = event.id ?? cursor;
    onEvent(event);
  };
  channel.onmessage = ({ data }) => (data.event ? heard(data.event) : onState(data.state));

  function lead() {
    return follow({
      hidden: "stay",
      open: (_, signal) =>
        fetch(`/api/v1/events/stream${cursor ? `?after=${encodeURIComponent(cursor)}` : ""}`, {
          signal,
          headers: { Accept: "text/event-stream" },
          cache: "no-store",
        }),
      onEvent(event) {
        heard(event);
        channel.postMessage({ event });
      },
      onState(state) {
        onState(state);
        channel.postMessage({ state });
      },
    });
  }
  // Locks need https or localhost; elsewhere each tab leads for itself.
  if (!navigator.locks) return void lead();
  navigator.locks.request(`${name}-events`, () => {
    lead();
    return new Promise(() => {}); // held until this tab is gone
  });
}
