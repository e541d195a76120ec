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
        return await self.version(active)

    async def version(self, content_hash: str) -> OrganisationSpec:
        """The one that a conversation follows. Raises NotFoundError, and UnavailableError while the store is away."""
        if content_hash not in self._known:
            self._known[content_hash] = (await self._specs.load(content_hash)).version.specification
        return self._known[content_hash]

    async def opening(self, organisation: str, channel: ChannelKind) -> ChannelSpec:
        """A channel whose greeting and consent are said first; one without them while the store is away."""
        try:
            specification = await self.of(organisation)
        except RetryableError:
            return ChannelSpec()
        used = specification.channels.get(channel) if specification else None
        return used or ChannelSpec()
