"""Scanning artifacts: one read of each, by every layer that applies to what its bytes are."""
