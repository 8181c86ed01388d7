"""A business, its people and its settings: profile, hours, guardrails, users, sign-in, keys."""
