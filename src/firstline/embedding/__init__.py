"""Sentence vectors behind one Protocol: the bundled model, the fake."""
