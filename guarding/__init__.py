"""`require_approval` for the activities that a company writes itself."""

from guarding.decorator import require_approval
from guarding.tools import ask

__all__ = ["ask", "require_approval"]
