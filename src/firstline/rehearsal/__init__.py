"""The very same turn with nothing stored or sent: the playground."""
