"""What a business knows: sources, fetching, parsing, chunking, indexing, retrieval, refresh."""
