"""How many malicious files scanners find, and how many benign ones they tell of: ours and four others, in one run."""
