"""The verbs of the command: one module a group, one function a verb, which returns the exit code."""
