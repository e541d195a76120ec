"""Versions of the workers' code side by side: which one is current, who still runs on which, and moving them."""
