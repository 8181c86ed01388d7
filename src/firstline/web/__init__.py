"""HTTP only: JSON API, console pages, the widget, inbound hooks."""
