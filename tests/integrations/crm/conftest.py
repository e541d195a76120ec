"""Fixtures of the CRMs."""

from tests.integrations.crm.salesforce_organisation import bikes, served, vendor

__all__ = ["bikes", "served", "vendor"]
