"""One file a kind of document; each turns bytes into Markdown."""
