"""What a customer means: language, intent, entities, sentiment, flags (rules, small model, LLM)."""
