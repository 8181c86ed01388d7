"""The wire's models: Pydantic lives here and nowhere below the web."""
