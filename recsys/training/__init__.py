"""Training: what the towers see, batches, one run, early stopping, and the defaults for each model."""
