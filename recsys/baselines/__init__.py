"""Baselines that the models are compared with, and the choice of their hyperparameters on validation data."""
