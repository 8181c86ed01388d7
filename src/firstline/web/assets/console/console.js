// What every page has: forms that speak JSON, dialogs, copy buttons, deletions, and the count of those who wait.
import { api } from "./api.js";
import { installForms } from "./form.js";
import { watchWaiting } from "./waiting.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

installForms(document);
if (!document.getElementById("inbox")) watchWaiting();

document.addEventListener("click", async (event) => {
  const on = (selector) => event.target.closest?.(selector);
  const opener = on("[data-dialog]"), closer = on("[data-close]"), copier = on("[data-copy]"), remover = on("[data-delete]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  if (closer) closer.closest("dialog").close();
  if (copier) await copy(copier);
  if (remover) await erase(remover);
});

// On a phone the tabs run on to the side: the one that is open is in view.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A click beside a dialog closes it, as Esc does.
document.addEventListener("click", (event) => {
  if (event.target.matches?.("dialog[open]:not([data-keep])") && event.target === event.composedPath()[0]) event.target.close();
});

document.addEventListener("change", async (event) => {
  const box = event.target;
  if (!box.dataset?.toggle) return;
  try {
    await api("PATCH", box.dataset.toggle.replace("/api/v1/", ""), { [box.dataset.field]: box.checked });
    toast(t("saved"));
  } catch (problem) {
    box.checked = !box.checked;
    toast(problem.message, { wrong: true });
  }
});

async function copy(button) {
  const text = document.querySelector(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch { // plain http, or refused: select it, so that Ctrl+C does it
    getSelection().selectAllChildren(document.querySelector(button.dataset.copy));
    return;
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = t("copied");
  setTimeout(() => (label.textContent = before), 1600);
}

async function erase(button) {
  if (!confirm(button.dataset.ask)) return;
  try {
    await api("DELETE", button.dataset.delete.replace("/api/v1/", ""));
    toast(t("deleted"));
    document.body.dispatchEvent(new CustomEvent(button.dataset.then));
  } catch (problem) {
    toast(problem.message, { wrong: true });
  }
}
