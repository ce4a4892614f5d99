"""One module per page: its address, and what its template is given. The registry lists them."""
