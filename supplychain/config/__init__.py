"""Declaration, policy and waivers: read, validated, and refused with file, key and line."""
