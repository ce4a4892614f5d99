"""The one Content Security Policy of the site; knows nothing else.

It stands in a ``meta`` element of every page, because the usual hosts of static files send no headers of ours. Inline
styles are allowed since BokehJS writes them; inline scripts, frames, forms and every other origin are not. No script
of ours fetches anything, for that fails on disk; a site may fetch from itself so that the examples of the data page
run in a console on it, and so that checkers can read its ``robots.txt``.
"""

CSP = (
    "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';"
    "base-uri 'none';form-action 'none'"
)
"""Compared with every page by a test."""
