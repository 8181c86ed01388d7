// A draft is accepted in the owner's words; they stand in its two fields.
import { tell } from "./acts.js";
import { api, newId } from "./api.js";
import { toast } from "./toast.js";
import { t } from "./words.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("[data-draft]");
  if (!form) return;
  event.preventDefault();
  const said = form.querySelector(".form-said"), button = form.querySelector(".btn-primary");
  const [question, answer] = [form.question.value.trim(), form.answer.value.trim()];
  said.textContent = question && answer ? "" : t("draftEmpty");
  said.classList.toggle("wrong", Boolean(said.textContent));
  if (said.textContent) return void (question ? form.answer : form.question).focus();
  button.disabled = true;
  try {
    const faq = await api("POST", `kb/drafts/${form.dataset.draft}/acceptance`, { question, answer }, { key: newId() });
    toast(t("draftAccepted"), { action: t("showFaq"), onAction: () => location.assign(`/console/knowledge/faqs?q=${encodeURIComponent(faq.question.slice(0, 100))}`) });
    tell("suggestions-changed waiting-changed");
  } catch (problem) {
    said.textContent = problem.message;
    said.classList.add("wrong");
    button.disabled = false;
  }
});
