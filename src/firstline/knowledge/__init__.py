"""What a business knows: sources, parsing, chunks, index, retrieval."""
