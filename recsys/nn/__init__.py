"""Layers, losses and the optimiser, in numpy and scipy; knows nothing of users, films or data sets."""
