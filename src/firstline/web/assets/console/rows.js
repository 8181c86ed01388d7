// Lists of rows inside a form: opening hours with their stretches, holidays, services. A row is cloned from its
// <template>, and the numbers in the names always follow the order on the screen.
const NAMED = "[name], [data-rows], [data-shows]";
const ATTRIBUTES = ["name", "data-rows", "data-shows"];

function renumber(list) {
  const path = list.dataset.rows;
  const rows = [...list.children].filter((child) => child.matches("[data-row]"));
  rows.forEach((row, i) => {
    const inside = (node) => {
      for (const name of ATTRIBUTES) {
        const value = node.getAttribute(name);
        if (!value?.startsWith(`${path}[`)) continue;
        node.setAttribute(name, `${path}[${i}]${value.slice(value.indexOf("]", path.length) + 1)}`);
      }
      if (node.content) node.content.querySelectorAll(NAMED).forEach(inside);
    };
    row.querySelectorAll(`${NAMED}, template`).forEach(inside);
  });
}

export function addRow(list) {
  const template = [...list.children].find((child) => child.matches("template"));
  const row = template.content.firstElementChild.cloneNode(true);
  template.before(row);
  renumber(list);
  return row;
}

const touched = (node) => node.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));

function copyMonday(week) {
  const lists = (day) => week.querySelector(`[data-day="${day}"] [data-rows]`);
  const times = [...lists("mon").querySelectorAll("[data-row]")].map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
  for (const day of ["tue", "wed", "thu", "fri"]) {
    const list = lists(day);
    for (const row of list.querySelectorAll("[data-row]")) row.remove();
    for (const values of times) {
      const row = addRow(list);
      row.querySelectorAll("input").forEach((input, i) => (input.value = values[i]));
    }
  }
}

export function installRows(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-add-row], [data-remove-row], [data-copy-monday]");
    if (!button) return;
    const list = button.closest("[data-rows]");
    const form = button.closest("form");
    if (button.matches("[data-copy-monday]")) copyMonday(button.closest("[data-week]"));
    else if (button.matches("[data-add-row]")) {
      const row = addRow(list);
      row.querySelector("input:not([type=hidden])")?.focus();
    } else {
      button.closest("[data-row]").remove();
      renumber(list);
      list.querySelector("[data-add-row]")?.focus();
    }
    form.dataset.dirty = "yes";
    touched(list ?? button);
  });
  // A service's headline follows its name.
  root.addEventListener("input", (event) => {
    const { name, value } = event.target;
    const shown = name ? event.target.closest("[data-row]")?.querySelector("[data-shows]") : null;
    if (shown?.dataset.shows === name) shown.textContent = value;
  });
}
