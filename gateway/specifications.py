"""What the gateway needs of an organisation's published specification."""

from domain.conversation import WEB_CHAT
from domain.errors import RetryableError
from domain.spec import ChannelKind, OrganisationSpec
from storage.specs import SpecRepository


class ActiveSpecifications:
    """Specifications are read once, because a published version never changes."""

    def __init__(self, specs: SpecRepository) -> None:
        self._specs = specs
        self._known: dict[str, OrganisationSpec] = {}

    async def of(self, organisation: str) -> OrganisationSpec | None:
        """None while nothing is published. Raises UnavailableError while the store is away."""
        active = await self._specs.active(organisation)
        if active is None:
            return None
        if active not in self._known:
            self._known[active] = (await self._specs.load(active)).version.specification
        return self._known[active]

    async def greeting(self, organisation: str, channel: ChannelKind = WEB_CHAT) -> str:
        """What is said first on a channel, which opens without it while the store is away."""
        try:
            specification = await self.of(organisation)
        except RetryableError:
            return ""
        used = specification.channels.get(channel) if specification else None
        return used.greeting if used else ""
