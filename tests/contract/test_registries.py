"""Every registered adapter exists and has the verbs of its port."""

import inspect
from typing import Any

import pytest
from pydantic import SecretStr

from domain.delivery.channels import EARLIER_TRAITS
from domain.errors import CredentialsError, InvalidInputError
from integrations.channels.base import Channel, TicketKeeper, TurnTaking
from integrations.channels.registry import CHANNELS, TRAITS
from integrations.crm.base import Crm
from integrations.crm.registry import CRMS
from integrations.desk.base import Desk
from integrations.desk.registry import DESKS
from integrations.embeddings.base import Embedder
from integrations.embeddings.registry import EMBEDDERS
from integrations.knowledge.registry import SOURCES
from integrations.knowledge.source import KnowledgeSource
from integrations.llm.base import ReplyWriter
from integrations.llm.exchange import ChatModel
from integrations.llm.provider import ModelAccess
from integrations.llm.registry import MODELS, WRITERS, chat_model, draft_validator, reply_writer
from integrations.registry import adapter_class
from integrations.tools.base import ToolServer
from integrations.tools.registry import TOOL_SERVERS

REGISTRIES: list[tuple[dict[str, str], type]] = [
    (WRITERS, ReplyWriter),
    (MODELS, ChatModel),
    (CRMS, Crm),
    (EMBEDDERS, Embedder),
    (CHANNELS, Channel),
    (DESKS, Desk),
    (SOURCES, KnowledgeSource),
    (TOOL_SERVERS, ToolServer),
]
REGISTERED = [(kinds, kind, port) for kinds, port in REGISTRIES for kind in kinds]


def verbs(port: type) -> dict[str, Any]:
    return {name: verb for name, verb in vars(port).items() if inspect.iscoroutinefunction(verb)}


@pytest.mark.parametrize(("kinds", "kind", "port"), REGISTERED, ids=[kinds[kind] for kinds, kind, _ in REGISTERED])
def test_an_adapter_speaks_its_port(kinds: dict[str, str], kind: str, port: type) -> None:
    adapter = adapter_class(kinds, kind)
    assert verbs(port)
    for name, verb in verbs(port).items():
        implemented = getattr(adapter, name)
        assert inspect.iscoroutinefunction(implemented)
        assert list(inspect.signature(implemented).parameters) == list(inspect.signature(verb).parameters)


@pytest.mark.parametrize("kinds", [kinds for kinds, _ in REGISTRIES])
def test_an_unknown_kind_is_refused_with_the_known_ones(kinds: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match=next(iter(kinds))):
        adapter_class(kinds, "carrier_pigeon")


def test_the_embedded_writer_needs_nothing() -> None:
    assert type(reply_writer("local", {})).__name__ == "LocalReplyWriter"


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_a_providers_model_writes_and_validates_with_its_key(kind: str) -> None:
    access = {kind: ModelAccess(api_key=SecretStr("key"), base_url="http://127.0.0.1:9/v1")}
    assert type(reply_writer(f"{kind}:some-model", access)).__name__ == "RemoteReplyWriter"
    assert type(draft_validator(f"{kind}:some-model", access)).__name__ == "RemoteDraftValidator"


@pytest.mark.parametrize("kind", sorted(MODELS.keys() - {"compatible"}))
@pytest.mark.parametrize("key", [None, SecretStr("")])
def test_a_provider_without_key_is_refused(kind: str, key: SecretStr | None) -> None:
    with pytest.raises(CredentialsError, match="API key"):
        chat_model(f"{kind}:some-model", {kind: ModelAccess(api_key=key)})


@pytest.mark.parametrize("kind", sorted(CHANNELS))
def test_the_traits_of_a_channel_fit_its_adapter(kind: str) -> None:
    adapter, traits = adapter_class(CHANNELS, kind), TRAITS[kind]
    assert traits.stored or adapter.settings_class, "what has no vendor cannot send"
    assert traits.stored or not issubclass(adapter, TurnTaking), "a call fetches its lines"
    assert not (traits.live and issubclass(adapter, TicketKeeper)), "nobody waits in front of a ticket"
    assert traits.threaded or traits.stored, "a vendor's messages find their conversation by a thread"


@pytest.mark.parametrize("kind", sorted(EARLIER_TRAITS))
def test_a_channel_is_sent_to_as_it_was_when_older_conversations_were_opened(kind: str) -> None:
    """Their workflow believes what was true then; the activity that delivers goes by the registry."""
    assert TRAITS[kind].stored is EARLIER_TRAITS[kind].stored
