"""Measurements, as ratios or beside other tools; see README.md."""
