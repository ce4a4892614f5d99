"""Pages made from the exported JSON, and what happens to a finished site.

Must not import anything that computes: of the package only ``recsys.schema``, ``recsys.errors`` and the readers and
writers of exported files in ``recsys.export``.
"""
