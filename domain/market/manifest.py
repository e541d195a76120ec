"""The manifest of a package: what it is, what it handles, what it needs, and how well it did."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.market.versions import PackageVersion
from domain.specification.journeys import ByItself
from domain.specification.model import Key, SpecModel
from domain.specification.organisation import ChannelKind
from domain.specification.tools import ToolName

FORMAT: Final = 1
"""The newest form of manifests, indexes and locks that this version reads."""

NOT_MEASURED: Final = "not measured yet"
ScenarioFile = Annotated[
    str, Field(pattern=r"^scenarios/[a-z0-9][a-z0-9_-]{0,62}\.yaml$", description="A file of scenarios.")
]
Line = Annotated[str, Field(min_length=1, max_length=200, description="One line for people.")]


class PackageKind(StrEnum):
    """What a package is: an AI agent with its card, or a journey."""

    AGENT = "agent"
    JOURNEY = "journey"


class MeasuredResult(SpecModel):
    """A figure from real conversations, with the number of them and its 95 % interval."""

    metric: Key = Field(description="What was measured, such as `automated_resolution`.")
    value: float = Field(description="What came out.")
    n: int = Field(ge=1, description="How many conversations, turns or ratings it rests on.")
    low: float = Field(description="Lower end of the 95 % interval.")
    high: float = Field(description="Upper end of the 95 % interval.")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("the value is not within low and high; write the interval that belongs to it")
        return self

    def __str__(self) -> str:
        return f"{self.metric} {self.value:g} ({self.low:g} to {self.high:g}, n = {self.n})"


class NeededTool(SpecModel):
    """A tool that the package would use, if the organisation allows it."""

    server: Key = Field(description="Id of the tool server in the organisation.")
    tool: ToolName = Field(description="Name of the tool, as its server has it.")
    access: Literal["read", "write"] = Field(description="Whether it changes something.")
    why: str = Field("", max_length=200, description="What it is for.")

    @property
    def permission(self) -> str:
        return tool_permission(self.server, self.tool, self.access)


class Needs(SpecModel):
    """What an organisation must have or allow. Nothing of it is granted by a package itself."""

    tools: tuple[NeededTool, ...] = Field((), description="Tools, each of which a person allows or not.")
    customer_facts: tuple[Line, ...] = Field((), description="Names of facts that it would tell customers.")
    enter_by: tuple[ByItself, ...] = Field((), description="What would begin the journey without a person.")
    channels: tuple[ChannelKind, ...] = Field((), description="Channels that it is made for; none means any.")
    ai_agents: tuple[Key, ...] = Field((), description="Ids of AI agents that must be there: those of a journey.")
    topics: tuple[Key, ...] = Field((), description="Ids of topics that must be there and that it does not bring.")

    @property
    def permissions(self) -> tuple[str, ...]:
        """Everything that a person may allow, such as `fact:plan`."""
        tools, facts = (tool.permission for tool in self.tools), (f"fact:{name}" for name in self.customer_facts)
        return (*tools, *facts, *map(entering_permission, self.enter_by))


class Manifest(SpecModel):
    """`manifest.yaml` of a package."""

    format: Literal[1] = Field(description="Form of this file.")
    name: Key = Field(description="Name of the package, and id of the AI agent or journey in it.")
    version: PackageVersion = Field(description="Its version: a larger one for every change.")
    kind: PackageKind = Field(description="`agent` or `journey`.")
    title: Line = Field(description="What it is called in lists.")
    summary: Line = Field(description="What it is for, in a sentence.")
    handles: tuple[Line, ...] = Field(min_length=1, description="What it takes care of, a sentence each.")
    results: tuple[MeasuredResult, ...] | Literal["not measured yet"] = Field(
        NOT_MEASURED, description="How well it did, measured; or `not measured yet`."
    )
    needs: Needs = Field(Needs(), description="What the organisation must have or allow.")
    triggers: tuple[Key, ...] = Field(
        min_length=1, description="Ids of the topics that lead to it; their examples stand in `topics.yaml`."
    )
    tests: tuple[ScenarioFile, ...] = Field((), description="Its files of scenarios.")
    licence: Line = Field(description="Under which licence it may be used, such as `Apache-2.0`.")
    author: Line = Field(description="Who made it.")

    @property
    def main_file(self) -> str:
        """The card of the AI agent, or the journey, by its path in a package and in an organisation."""
        return f"{FOLDERS[self.kind]}/{self.name}.yaml"


FOLDERS = {PackageKind.AGENT: "agents", PackageKind.JOURNEY: "journeys"}


def entering_permission(by: str) -> str:
    """How people name what would begin a journey without them, such as `enter:topic`."""
    return f"enter:{by}"


def tool_permission(server: str, tool: str, access: str) -> str:
    """How people name the use of a tool: `tool:shop/orders` where it reads, `write:shop/refund` where it writes."""
    return f"{'write' if access == 'write' else 'tool'}:{server}/{tool}"
