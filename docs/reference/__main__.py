"""Write the generated pages of the documentation: ``python -m docs.reference``."""

from docs.reference.pages import write_pages

for path in write_pages():
    print(f"{path} has changed")
