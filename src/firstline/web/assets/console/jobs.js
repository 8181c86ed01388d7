// What is being read now, as it goes: each event has the cards drawn anew by the server (one renderer), and whoever stops
// being among those that run has ended. Without the stream the page asks.
import { tell } from "./acts.js";
import { api } from "./api.js";
import { live } from "./live.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const EVERY = 600, ASK = 4000, AFTER = "sources-changed documents-changed proposals-changed waiting-changed";
const cards = () => [...document.querySelectorAll("#jobs .job[data-job]")];
const going = () => new Map(cards().filter((card) => ["pending", "running"].includes(card.dataset.status)).map((card) => [card.dataset.job, card.dataset.name]));
const HIDDEN = "fl_hidden_jobs";
const hidden = () => { try { return JSON.parse(localStorage.getItem(HIDDEN) ?? "[]"); } catch { return []; } };

function hide(id) {
  try { localStorage.setItem(HIDDEN, JSON.stringify([...hidden(), id].slice(-100))); } catch { /* refused: for this page only */ }
  document.querySelector(`#jobs .job[data-job="${id}"]`)?.remove();
}

// A small file is read before its card was ever drawn: who began a job says so, and it is asked after until it has ended.
const begun = new Map(), asking = new Set();
async function settle(id, name) {
  if (asking.has(id)) return;
  asking.add(id);
  const job = await api("GET", `kb/jobs/${id}`).catch(() => null);
  asking.delete(id);
  if (!job) return;
  if (["pending", "running"].includes(job.status)) return void begun.set(id, name);
  begun.delete(id);
  tell(AFTER);
  if (job.errors.some((error) => error.code === "cancelled")) return;
  const wrong = job.status === "failed" || job.errors.length > 0;
  toast(t(wrong ? "jobEndedWrong" : "jobEnded", { name }), { wrong });
}
document.addEventListener("job-begun", (event) => begun.set(event.detail.id, event.detail.name));
setInterval(() => begun.size && look(), 1000);

let before = going();
function look() {
  for (const id of hidden()) document.querySelector(`#jobs .job[data-job="${id}"]:not([data-status="pending"], [data-status="running"])`)?.remove();
  const now = going();
  const ended = [...new Map([...before, ...begun])].filter(([id]) => !now.has(id));
  before = now;
  for (const [id, name] of ended) settle(id, name);
}

const place = document.getElementById("jobs");
if (place) {
  look();
  new MutationObserver(look).observe(place.parentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-status"] });
}

let timer = null, last = 0;
export function changed() {
  if (timer) return;
  timer = setTimeout(() => { timer = null; last = Date.now(); tell(place ? "jobs-changed" : AFTER); }, Math.max(0, last + EVERY - Date.now()));
}
live({ onEvent: (event) => event.type === "kb.job" && changed() });
setInterval(() => before.size && Date.now() - last > ASK && changed(), ASK);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-hide-job]");
  if (button) hide(button.dataset.hideJob);
});
document.addEventListener("done", (event) => event.target.dataset.hides && hide(event.target.dataset.hides));
