"""Layers, losses, negatives and optimisers, in numpy and scipy.

Must not import anything of recsys outside this folder.
"""
