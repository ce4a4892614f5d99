"""Everything right of the wall: pages made from the exported JSON, and the swap that publishes them.

Must not know how a number was made: of our own package only ``recsys.export.schema``, ``recsys.errors`` and
``recsys.version`` are imported here.
"""
