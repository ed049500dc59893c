"""Inventories as files: the ones that a target maintains, and the one that discovery can write."""
