"""When somebody can come: availability and bookings (room kept for the scheduling issue)."""
