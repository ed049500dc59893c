"""Pickle streams, read as what they are: a list of instructions without jumps. Nothing is ever unpickled."""
