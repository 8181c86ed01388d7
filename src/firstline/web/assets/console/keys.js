// The keyboard of the inbox. None of these fires inside a text field except sending, which the composer does itself.
export const KEYS = [
  ["Ctrl / ⌘ + Enter", "key_send"], ["Alt + J", "key_next"], ["Alt + K", "key_prev"], ["Alt + T", "key_take"], ["Alt + E", "key_resolve"],
  ["Alt + P", "key_note"], ["/", "key_search"], ["?", "key_sheet"],
];

const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]");

export function listenForKeys(inbox) {
  const alt = {
    KeyJ: () => inbox.move(1),
    KeyK: () => inbox.move(-1),
    KeyT: () => inbox.id && (inbox.mine ? inbox.handBack() : inbox.takeOver()),
    KeyE: () => inbox.id && inbox.row?.status !== "closed" && inbox.ask({ kind: "resolve" }),
    KeyP() {
      if (inbox.mine) inbox.mode = inbox.mode === "note" ? "auto" : "note";
      inbox.draw();
      document.querySelector(".composer textarea")?.focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && inbox.pane === "context") {
      inbox.pane = "thread";
      inbox.draw();
      return;
    }
    if (event.altKey && !event.ctrlKey && !event.metaKey && alt[event.code]) {
      event.preventDefault();
      alt[event.code]();
    } else if (event.key === "?") inbox.ask({ kind: "keys" });
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("inbox-search")?.focus();
    }
  });
}
