"""JSON routes: chat API and admin API."""
