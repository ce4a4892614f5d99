"""What happens to a finished site: it is swapped into place, served, pushed to gh-pages."""
