"""The chat page that the widget frames and that stands alone at `/c/{slug}`, and the loader's source: rendering only."""
