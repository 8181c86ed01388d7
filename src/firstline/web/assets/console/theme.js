// Before the first paint: light or dark, as chosen here or as the device says. A classic script, so that nothing flashes.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const choice = () => { try { return localStorage.getItem("fl_theme") || "auto"; } catch { return "auto"; } };
  const apply = () => {
    const now = choice();
    document.documentElement.dataset.bsTheme = now === "auto" ? (dark.matches ? "dark" : "light") : now;
    for (const button of document.querySelectorAll("[data-theme-choice]")) button.setAttribute("aria-pressed", button.dataset.themeChoice === now);
  };
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-choice]");
    if (!button) return;
    try { localStorage.setItem("fl_theme", button.dataset.themeChoice); } catch { /* storage refused: this page only */ }
    apply();
  });
  apply();
})();
