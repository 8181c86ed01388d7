// Who somebody is and who has them: faces, holders, topics.
import { heat } from "./desk.js";
import { ago, html, icon, named, t } from "./words.js";

const initials = (name) => (name ? name.split(/\s+/).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase() : null);
export const Face = ({ name, kind = "" }) => html`<span class=${`face ${kind}`} aria-hidden="true">${initials(name) ?? icon("user")}</span>`;

export function Holder({ row, inbox }) {
  const hot = heat(row, inbox.now);
  if (row.status === "closed") return html`<span class="tag">${t("closed")}</span>`;
  if (hot) return html`<span class=${`tag tag-${hot}`}>${icon("clock")}${t("waitingFor", { time: ago(row.waiting_since ?? row.last_message_at, inbox.now) })}</span>`;
  if (row.agent) return html`<span class="tag tag-accent">${icon("user-check")}${row.agent.id === inbox.me.id ? t("you") : row.agent.name ?? "–"}</span>`;
  return html`<span class="tag tag-ai">${icon("sparkles")}${t("withAi")}</span>`;
}

export const topicOf = (topic) => (topic ? topic.split(" · ").map((part, i) => (i ? part.charAt(0).toUpperCase() + part.slice(1).replaceAll("_", " ") : named("intent", part))) : []);
