"""Layers, losses and the optimiser, in numpy and scipy. Must not import anything of recsys outside this folder."""
