"""Check a finished site: its files against the manifest, its figures against the lists that it exports."""

from recsys.verify.site import Verification, verify_site

__all__ = ["Verification", "verify_site"]
