"""Reading ratings, and dividing them; knows nothing of models or pages."""
