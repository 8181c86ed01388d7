"""Inbound webhooks (room kept for the connectors)."""
