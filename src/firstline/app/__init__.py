"""Composition: fills every port and wires the web process."""
