"""Readers of ratings files, one file a format; ``registry`` lists them."""
