"""How files are written: templates, assets, sizes, policy, and several processes at once."""
