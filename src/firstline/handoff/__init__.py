"""The way to a person: queue, takeover, brief, follow-up."""
