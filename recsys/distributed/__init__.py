"""Builds on a Dask cluster: reading in parts, data-parallel training, and later stages in parts of the users."""
