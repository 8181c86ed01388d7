"""What was asked and how it went: outcomes and counts."""
