"""When a person is called: CEL triggers, built-in policies, the decision."""
