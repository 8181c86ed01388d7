"""Answers that are computed from the business's profile, never searched for: hours, place, prices, booking, contact."""
