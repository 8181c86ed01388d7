"""The worker process: jobs, the outbox, the sweeps."""
