// Buttons that do one thing by the admin API, with a line that says so and, where it can be taken back, takes it back:
// data-act="DELETE kb/documents/1", data-body, data-said, data-then="documents-changed", data-undo="POST kb/documents/1/restore";
// several calls that belong together stand with "; " between them; data-job="prices.pdf" where it begins a job that is known by that name.
import { api, newId } from "./api.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

export const tell = (names) => (names ?? "").split(" ").filter(Boolean).forEach((name) => document.body.dispatchEvent(new CustomEvent(name)));
export const began = (job, name) => document.dispatchEvent(new CustomEvent("job-begun", { detail: { id: job.id, name } }));
async function call(what, body) {
  let made;
  for (const one of what.split("; ")) {
    const [method, path] = one.split(" ");
    made = await api(method, path, body ? JSON.parse(body) : undefined, { key: method === "POST" ? newId() : undefined });
  }
  return made;
}

export async function act(button) {
  const { act: what, body, said, then, undo, undoBody } = button.dataset;
  button.disabled = true;
  try {
    const made = await call(what, body);
    if (button.dataset.job) began(made, button.dataset.job);
    tell(then);
    if ("gone" in button.dataset) button.remove();
    if (undo) toast(said ?? t("saved"), { action: t("undo"), onAction: () => takeBack(undo, undoBody, then) });
    else toast(said ?? t("saved"));
    button.dispatchEvent(new CustomEvent("done", { bubbles: true }));
  } catch (problem) {
    toast(problem.message, { wrong: true });
  } finally {
    button.disabled = false;
  }
}

async function takeBack(undo, body, then) {
  try {
    await call(undo, body);
    tell(then);
    toast(t("undone"));
  } catch (problem) {
    toast(problem.message, { wrong: true });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-act]");
  if (button) act(button);
});

// A choice that is saved when it is made: data-set="kb/sources/1" data-field="refresh_every" data-kind="number".
document.addEventListener("change", async (event) => {
  const box = event.target;
  if (!box.dataset?.set) return;
  const value = box.dataset.kind === "number" ? (box.value ? Number(box.value) : null) : box.value;
  try {
    await api("PATCH", box.dataset.set, { [box.dataset.field]: value });
    toast(box.dataset.said ?? t("saved"));
  } catch (problem) {
    toast(problem.message, { wrong: true });
  }
  tell(box.dataset.then);
});
