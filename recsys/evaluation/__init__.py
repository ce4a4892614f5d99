"""Ranking, metrics and baselines; knows anything that has ``scores``, and nothing of towers."""
