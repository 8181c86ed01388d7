// The admin API as the console calls it: cookie session, CSRF token, problem+json as an error with its fields.
import { has, t } from "./words.js";

export class Problem extends Error {
  constructor(status, body) {
    super(has(`problem_${body?.code}`) ? t(`problem_${body.code}`) : body?.detail || body?.title || t("failed"));
    this.status = status;
    this.code = body?.code;
    this.errors = body?.errors ?? [];
  }
}

const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

export async function api(method, path, body, { key, signal } = {}) {
  const form = body instanceof FormData;
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, {
      method,
      signal,
      headers: {
        Accept: "application/json",
        ...(method !== "GET" && { "X-CSRF-Token": csrf() }),
        ...(key && { "Idempotency-Key": key }),
        ...(body && !form && { "Content-Type": "application/json" }),
      },
      body: form ? body : body && JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: t("offline"), code: "offline" });
  }
  const text = await response.text();
  let data = null;
  try { data = text ? JSON.parse(text) : null; } catch { /* a proxy's page: the status says enough */ }
  if (response.ok) return data;
  if (response.status === 401) location.assign(`/console/sign-in?ended=1&next=${encodeURIComponent(location.pathname)}`);
  if (response.status === 403 && data?.code !== "csrf_failed") data = { ...data, detail: t("notAllowed") };
  throw new Problem(response.status, data);
}

// Plain http has no crypto.randomUUID.
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
