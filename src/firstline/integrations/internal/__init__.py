"""The internal CRM and help desk: the tables of this database, behind the same ports as any other."""
