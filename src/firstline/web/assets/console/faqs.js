// One dialog adds and edits a question with its answer.
const dialog = document.getElementById("faq"), form = document.getElementById("faq-form");

function show(faq) {
  const title = form.querySelector("h2");
  form.reset();
  for (const line of form.querySelectorAll(".field-error")) line.remove();
  for (const input of form.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
  form.querySelector(".form-said").textContent = "";
  title.textContent = faq.id ? title.dataset.edit : title.dataset.add;
  form.dataset.method = faq.id ? "PATCH" : "POST";
  form.dataset.send = faq.id ? `/api/v1/kb/faqs/${faq.id}` : "/api/v1/kb/faqs";
  for (const name of ["question", "answer", "language", "visibility"]) if (faq[name]) form.elements[name].value = faq[name];
  form.elements.tags.value = (faq.tags ?? []).join(", ");
  dialog.showModal();
  form.elements[faq.question ? "answer" : "question"].focus();
}

document.addEventListener("click", (event) => {
  const edit = event.target.closest?.("[data-edit-faq]");
  if (edit) show(JSON.parse(edit.dataset.editFaq));
  else if (event.target.closest?.("[data-new-faq]")) show({});
});

// "Add an answer" from elsewhere brings the question with it.
const asked = new URLSearchParams(location.hash.slice(1)).get("question");
if (asked && dialog) {
  show({ question: asked });
  history.replaceState(null, "", location.pathname);
}
