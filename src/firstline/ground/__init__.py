"""What every floor stands on: settings, database, the tenant's door, events, jobs, storage, errors, logs."""
