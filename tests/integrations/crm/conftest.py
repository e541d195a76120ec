"""Fixtures of the CRMs."""

from tests.salesforce_organisation import bikes, served, vendor

__all__ = ["bikes", "served", "vendor"]
