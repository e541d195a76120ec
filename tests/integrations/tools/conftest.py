from tests.integrations.tools.shop import shop

__all__ = ["shop"]
