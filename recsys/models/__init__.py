"""Models: each in one file with an entry in ``registry``; what they share; and trained models, saved and loaded."""
