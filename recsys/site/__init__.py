"""Render the exported JSON as pages, publish a site and serve it.

Must not import anything that computes: of the package only ``recsys.schema``, ``recsys.errors`` and the readers and
writers of exported files in ``recsys.export``.
"""
