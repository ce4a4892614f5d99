"""Builds on a Dask cluster: data-parallel training, and what follows in parts of the users."""
