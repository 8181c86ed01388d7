"""What is looked for in a document before it is indexed: personal data, secrets, instructions to the assistant."""
