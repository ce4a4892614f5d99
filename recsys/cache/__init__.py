"""Results of earlier builds: a store of entries, and the models and baselines kept in it."""
