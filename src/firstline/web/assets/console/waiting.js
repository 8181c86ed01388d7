// On pages other than the inbox: how many wait, in the navigation and in the tab's title, and a line when one more does.
import { api } from "./api.js";
import { chime } from "./chime.js";
import { live } from "./live.js";
import { toast } from "./toast.js";
import { t, whoIs } from "./words.js";

const title = document.title;
export function showWaiting(count, base = title) {
  for (const badge of document.querySelectorAll("[data-waiting]")) {
    badge.hidden = !count;
    badge.textContent = count;
    badge.setAttribute("aria-label", t("waitingCount", { n: count }));
  }
  document.title = count ? `(${count}) ${base}` : base;
}

export function watchWaiting() {
  const known = new Set();
  let timer, first = true;
  async function look() {
    const { items } = await api("GET", "conversations?view=waiting&limit=50");
    const fresh = items.filter((c) => !known.has(c.id));
    known.clear();
    for (const c of items) known.add(c.id);
    showWaiting(items.length);
    if (!first && fresh.length) {
      chime();
      const [c] = fresh;
      toast(t("newWaiting", { name: whoIs(c.customer) }), {
        action: t("open"), onAction: () => location.assign(`/console/inbox/${c.id}`), ms: 15_000 });
    }
    first = false;
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), 300);
  };
  live({ onState: (state) => state === "open" && soon(), onEvent: (e) => ["status", "escalation"].includes(e.type) && soon() });
  soon();
}
