"""MovieLens as GroupLens publishes it, read from a folder or a zip; knows nothing of downloads."""

from recsys.data.readers.movielens import read_movielens

__all__ = ["read_movielens"]
