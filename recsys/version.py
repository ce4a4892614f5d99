"""The package's name in what it writes, and its version.

In one place, without imports, so that packaging can read it.
"""

VERSION = "0.1.0"
GENERATOR = "marquee"
