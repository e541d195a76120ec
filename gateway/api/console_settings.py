"""`/v1/console/settings`: what the console offers that stands in the settings and in the specification."""

from fastapi import APIRouter
from pydantic import Field

from domain.model import Frozen
from domain.specification.macros import Macro
from domain.specification.organisation import ChannelKind
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer

router = APIRouter(prefix="/v1/console", tags=["console"])


class OfferedMacro(Frozen):
    """A reply that is written beforehand. `facts` are those of the customer that its text has places for."""

    id: str
    description: str
    text: str
    facts: tuple[str, ...]


class ConsoleSettings(Frozen):
    """Those of the active version of the specification; empty while nothing is published."""

    name: str = Field(description="What customers know the organisation by.")
    temporal_ui: str | None = Field(description="Address of the Temporal web UI, where there is one.")
    temporal_namespace: str
    channels: tuple[ChannelKind, ...] = ()
    ai_agents: tuple[str, ...] = ()
    macros: tuple[OfferedMacro, ...] = ()


@router.get("/settings")
async def show_console_settings(caller: Viewer, services: ServicesDependency) -> ConsoleSettings:
    """Addresses that the console links to; channels and AI agents to filter by; macros to answer with."""
    specification = await services.specifications.of(caller.organisation)
    address = services.options.temporal_ui_url
    return ConsoleSettings(
        name=specification.name if specification else caller.organisation,
        temporal_ui=address.rstrip("/") if address else None,
        temporal_namespace=services.options.temporal_namespace,
        channels=tuple(specification.channels) if specification else (),
        ai_agents=tuple(agent.id for agent in specification.ai_agents) if specification else (),
        macros=tuple(map(_macro, specification.macros)) if specification else (),
    )


def _macro(macro: Macro) -> OfferedMacro:
    return OfferedMacro(id=macro.id, description=macro.description, text=macro.text, facts=macro.facts)
