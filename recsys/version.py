"""The package's version, in one place; knows nothing else so that packaging can read it without imports."""

VERSION = "0.1.0"
