// Files dropped or chosen become ingestion jobs; their progress comes by the stream and, when it does not, by asking.
import { api, Problem } from "./api.js";
import { live } from "./live.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

const LARGEST = 20 * 1024 * 1024;
const drop = document.getElementById("drop");
const tell = (name) => document.body.dispatchEvent(new CustomEvent(name));
const changed = () => { tell("jobs-changed"); tell("documents-changed"); };

async function upload(files) {
  const fine = [];
  for (const file of files) file.size > LARGEST ? toast(t("tooBig", { name: file.name }), { wrong: true }) : fine.push(file);
  if (!fine.length) return;
  const body = new FormData();
  body.append("source", "upload");
  for (const file of fine) body.append("files", file, file.name);
  toast(t("uploading", { name: fine.length === 1 ? fine[0].name : t("files", { n: fine.length }) }), { ms: 60_000 });
  drop.classList.add("busy");
  try {
    const job = await api("POST", "kb/jobs", body);
    changed();
    await done(job.id);
  } catch (problem) {
    toast(problem instanceof Problem ? problem.message : t("failed"), { wrong: true });
  } finally {
    drop.classList.remove("busy");
  }
}

async function done(id) {
  for (let wait = 400; ; wait = Math.min(wait * 1.4, 4000)) {
    const job = await api("GET", `kb/jobs/${id}`);
    if (job.status === "completed" || job.status === "failed") {
      const wrong = job.status === "failed" || job.errors?.length > 0;
      toast(wrong ? t("jobFailed") : t("jobDone", { documents: job.stats.documents, chunks: job.stats.chunks }), { wrong });
      changed();
      return;
    }
    await new Promise((go) => setTimeout(go, wait));
  }
}

if (drop) {
  const input = document.getElementById("files");
  document.getElementById("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => { upload([...input.files]); input.value = ""; });
  let depth = 0;
  const over = (by) => { depth += by; drop.classList.toggle("over", depth > 0); };
  addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
  addEventListener("dragleave", () => over(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    over(0);
    upload([...event.dataTransfer.files]);
  });
  document.getElementById("url-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, said = form.querySelector(".form-said");
    said.textContent = "";
    try {
      const job = await api("POST", "kb/jobs", { source: "url", url: form.url.value.trim() });
      form.closest("dialog").close();
      form.reset();
      changed();
      await done(job.id);
    } catch (problem) {
      said.textContent = problem.message;
      said.classList.add("wrong");
    }
  });
}

let timer;
live({ onEvent(event) {
  if (!event.type.startsWith("kb.")) return;
  clearTimeout(timer);
  timer = setTimeout(changed, 400);
} });
// Jobs that ran when the page was opened are followed to their end.
for (const job of document.querySelectorAll('[data-job]:is([data-status="pending"], [data-status="running"])')) done(job.dataset.job).catch(() => {});
