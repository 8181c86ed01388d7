// One document: what changes it (the bin, a decision, another reading) shows at once. Its form keeps what is being typed.
import { live } from "./live.js";

const again = () => (document.querySelector("form[data-dirty]") ? null : location.reload());
for (const name of ["page-changed", "findings-changed"]) document.body.addEventListener(name, () => setTimeout(again, 900));
live({ onEvent: (event) => event.type === "kb.job" && ["completed", "failed"].includes(event.data?.status) && setTimeout(again, 300) });
