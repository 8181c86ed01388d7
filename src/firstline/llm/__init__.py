"""The gateway to language models: routes, failover, accounting, and the fake."""
