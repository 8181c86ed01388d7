"""The gate's checks: what a sentence claims (mentions), what it may rest on (evidence), and the rules between them."""
