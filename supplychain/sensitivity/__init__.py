"""How wrong a green could be: random known-bad changes of a target's files and case, and how many the checks miss."""
