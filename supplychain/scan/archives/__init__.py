"""Archives and compressed streams: each member is scanned as an artifact of its own would be."""
