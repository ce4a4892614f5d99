"""What happens to a finished site: swapped into place, served, pushed to gh-pages."""
