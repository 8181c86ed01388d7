// One dialog adds and edits a reply.
const dialog = document.getElementById("reply"), form = document.getElementById("reply-form");

function show(reply) {
  const title = form.querySelector("h2");
  form.reset();
  for (const line of form.querySelectorAll(".field-error")) line.remove();
  for (const input of form.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
  form.querySelector(".form-said").textContent = "";
  title.textContent = reply.id ? title.dataset.edit : title.dataset.add;
  form.dataset.method = reply.id ? "PATCH" : "POST";
  form.dataset.send = `/api/v1/canned-replies${reply.id ? `/${reply.id}` : ""}`;
  for (const name of ["shortcut", "title", "text", "language"]) if (reply[name]) form.elements[name].value = reply[name];
  form.elements.tags.value = (reply.tags ?? []).join(", ");
  form.elements.answers.checked = Boolean(reply.answers);
  dialog.showModal();
  form.elements.shortcut.focus();
}

document.addEventListener("click", (event) => {
  const edit = event.target.closest?.("[data-edit-canned]");
  if (edit) show(JSON.parse(edit.dataset.editCanned));
  else if (event.target.closest?.("[data-new-canned]")) show({});
});
// "/Parking" is meant as "parking".
form.elements.shortcut.addEventListener("change", ({ target }) => (target.value = target.value.trim().replace(/^\/+/, "").toLowerCase().replace(/\s+/g, "-")));
