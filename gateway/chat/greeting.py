"""The greeting of an organisation's chat, from its published specification."""

from domain.conversation import WEB_CHAT
from domain.errors import RetryableError
from storage.specs import SpecRepository


class Greetings:
    """Read once per published version; a chat opens without a greeting while the store is away."""

    def __init__(self, specs: SpecRepository) -> None:
        self._specs = specs
        self._known: dict[str, str] = {}

    async def of(self, organisation: str) -> str:
        try:
            active = await self._specs.active(organisation)
            if active is None:
                return ""
            if active not in self._known:
                published = await self._specs.load(active)
                channel = published.version.specification.channels.get(WEB_CHAT)
                self._known[active] = channel.greeting if channel else ""
        except RetryableError:
            return ""
        return self._known[active]
