from tests.workflows.conftest import converse, environment

__all__ = ["converse", "environment"]
