"""What the gateway needs of an organisation's published specification."""

from domain.errors import RetryableError
from domain.specification.organisation import ChannelKind, ChannelSpec, OrganisationSpec
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

    async def opening(self, organisation: str, channel: ChannelKind) -> ChannelSpec:
        """A channel whose greeting and consent are said first; one without them while the store is away."""
        try:
            specification = await self.of(organisation)
        except RetryableError:
            return ChannelSpec()
        used = specification.channels.get(channel) if specification else None
        return used or ChannelSpec()
