"""Training: batches, one model's epochs, early stopping, and ``fit``, which puts them together."""
