"""Baselines that the two-tower models are compared with, and the choice of their hyperparameters on validation data."""
