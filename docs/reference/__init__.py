"""The pages of the documentation that are made from the code: ``python -m docs.reference`` writes them.

A page is a function that returns Markdown: no clock, no trained numbers, so that equal code gives equal text.
"""
