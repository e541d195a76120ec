"""What a package needs and an organisation does not have."""

from collections.abc import Mapping
from pathlib import Path

from domain.market.manifest import Manifest
from domain.model import Frozen
from domain.specification.findings import texts_at
from publishing.specification.documents import DocumentReader
from publishing.specification.files import read_files

WITHOUT_CHANNELS = ("web_chat",)


class Missing(Frozen):
    """By their ids. AI agents and topics must be there first; the rest is missed when it is used."""

    ai_agents: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    tool_servers: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = {"AI agent": self.ai_agents, "topic": self.topics, "tool server": self.tool_servers}
        told = [f"{kind} {one}" for kind, ids in {**named, "channel": self.channels}.items() for one in ids]
        return ", ".join(told)


def missing_in(folder: Path, manifest: Manifest) -> Missing:
    """Compare a manifest with the files of an organisation, which need not be valid."""
    data, needs = read_files(DocumentReader(folder)).data, manifest.needs
    channels = data.get("channels")
    has = list(channels) if isinstance(channels, Mapping) else list(WITHOUT_CHANNELS)
    servers = dict.fromkeys(tool.server for tool in needs.tools)
    return Missing(
        ai_agents=_without(needs.ai_agents, data, "ai_agents.*.id"),
        topics=_without(needs.topics, data, "topics.*.id"),
        tool_servers=_without(tuple(servers), data, "tool_servers.*.id"),
        channels=tuple(channel for channel in needs.channels if channel not in has),
    )


def _without(wanted: tuple[str, ...], data: object, place: str) -> tuple[str, ...]:
    has = {text for _, text in texts_at(data, place)}
    return tuple(one for one in wanted if one not in has)
