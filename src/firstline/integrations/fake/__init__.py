"""A CRM and help desk in memory, for tests and for trying the product without one."""
