"""Google Drive through its REST API (v3): tokens, requests, folders and their changes, files as documents."""
