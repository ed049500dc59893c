"""Tests of what a run gathers."""
