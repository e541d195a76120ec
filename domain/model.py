"""What every value that crosses a boundary is made of."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of values that cross a boundary: they never change, and their errors do not quote what came in."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
