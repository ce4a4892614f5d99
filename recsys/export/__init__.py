"""From results to the exported files: the schema of the JSON, and what fills it."""
