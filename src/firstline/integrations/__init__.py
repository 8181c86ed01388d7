"""CRM and help desk behind ports, fed through the outbox; one folder a connector."""
