"""Conversations by SMS, WhatsApp and email (room kept; web chat needs none of it)."""
