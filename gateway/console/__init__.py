"""The web console: its static files, and the way in."""
