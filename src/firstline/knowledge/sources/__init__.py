"""Where knowledge comes from: one file a source, each yields documents (or why one could not be read)."""
