"""What every part of a specification is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]


class SpecModel(BaseModel):
    """Base of everything in a specification: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
