"""The Content Security Policy of every page.

It is in a ``meta`` element of every page, because the usual hosts of static files do not send our headers. Inline
styles are allowed since BokehJS writes them; inline scripts, frames, forms and every other origin are not. Our
scripts fetch nothing, because fetching fails on disk; a site may fetch from itself so that the examples of the data
page run in its console, and so that checkers can read its ``robots.txt``.
"""

CSP = (
    "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';"
    "base-uri 'none';form-action 'none'"
)
"""A test compares it with every page."""
