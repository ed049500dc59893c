"""The words of the suite as types: no input, no output, no decisions."""
