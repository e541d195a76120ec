"""A house on servers of its own kind, whose workers are processes."""

from tests.e2e.conftest import database, house, served
from tests.workflows.conftest import environment

__all__ = ["database", "environment", "house", "served"]
