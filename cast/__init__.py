"""Customers and people of an organisation, to be played: what they write with, and the vendors that they use."""
