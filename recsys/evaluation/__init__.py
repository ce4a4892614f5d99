"""Ranking and metrics for anything that has ``scores``; must not import towers."""
