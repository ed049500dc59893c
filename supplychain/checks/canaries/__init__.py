"""The canaries: planted cases that show that a check would have seen it here. They share no code with the checks."""
