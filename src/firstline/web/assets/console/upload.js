// Files dropped or chosen become ingestion jobs; what becomes of them is told by jobs.js.
import { began, tell } from "./acts.js";
import { api, Problem } from "./api.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

// A file, and all files of one request with what is around them (knowledge/data/limits.toml, web.api.problem).
const LARGEST = 25 * 1024 * 1024 - 64 * 1024, AT_ONCE = 50;
const drop = document.getElementById("drop"), input = document.getElementById("files");

function parcels(files) {
  const made = [];
  let room = 0;
  for (const file of files) {
    if (!made.length || file.size > room || made.at(-1).length === AT_ONCE) {
      made.push([]);
      room = LARGEST;
    }
    made.at(-1).push(file);
    room -= file.size;
  }
  return made;
}

async function upload(files) {
  const fine = files.filter((file) => file.size <= LARGEST);
  const large = files.find((file) => file.size > LARGEST);
  if (large) toast(t("tooBig", { name: large.name }), { wrong: true });
  if (!fine.length) return;
  if (!large) toast(t("uploading", { name: fine.length === 1 ? fine[0].name : t("files", { n: fine.length }) }));
  drop.classList.add("busy");
  try {
    for (const some of parcels(fine)) {
      const body = new FormData();
      body.append("source", "upload");
      for (const file of some) body.append("files", file, file.name);
      const job = await api("POST", "kb/jobs", body);
      began(job, some.length === 1 ? some[0].name : t("files", { n: some.length }));
      tell("jobs-changed");
    }
  } catch (problem) {
    toast(problem instanceof Problem ? problem.message : t("failed"), { wrong: true });
  } finally {
    drop.classList.remove("busy");
  }
}

document.getElementById("choose").addEventListener("click", () => input.click());
input.addEventListener("change", () => { upload([...input.files]); input.value = ""; });
let depth = 0;
const carriesFiles = (event) => event.dataTransfer?.types?.includes("Files");
const over = (by) => { depth = Math.max(0, depth + by); drop.classList.toggle("over", depth > 0); };
addEventListener("dragenter", (event) => { if (carriesFiles(event)) { event.preventDefault(); over(1); } });
addEventListener("dragleave", (event) => carriesFiles(event) && over(-1));
addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over(-depth);
  upload([...event.dataTransfer.files]);
});
