// A line at the bottom that says what happened, with at most one thing to do about it.
export function toast(text, { action, onAction, wrong = false, ms = 6000 } = {}) {
  const box = document.getElementById("toasts");
  const line = Object.assign(document.createElement("div"), { className: `toast-line${wrong ? " wrong" : ""}` });
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  const gone = () => line.remove();
  if (action) {
    const button = Object.assign(document.createElement("button"), { textContent: action, type: "button" });
    button.addEventListener("click", () => { gone(); onAction(); });
    line.append(button);
  }
  // News that comes of itself ("read") must not take an Undo away that somebody is about to press.
  const kept = action ? [] : [...box.children].filter((other) => other.querySelector("button"));
  box.replaceChildren(line, ...kept);
  setTimeout(gone, action ? ms * 1.5 : ms);
}
