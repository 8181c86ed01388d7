"""Language models: routes, failover, time limits, accounting; a fake and a stub server for tests."""
