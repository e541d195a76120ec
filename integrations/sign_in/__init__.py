"""Providers at which people sign in."""
