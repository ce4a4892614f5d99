"""The command: its options, and what it prints while it works."""
