"""Pictures drawn at build time: the map without JavaScript, and the social card."""
