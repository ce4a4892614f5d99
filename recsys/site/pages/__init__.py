"""What each page shows: contexts made from the exported JSON."""
