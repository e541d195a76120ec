"""The model port: writing a reply, perhaps with tools, and checking one."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from pydantic import Field, JsonValue

from domain.conversation.messages import Author
from domain.conversation.turn import Citation, Fact, Usage
from domain.identity.customer_facts import facts_asked_by_words
from domain.language.questions import MessageKind, kind_of
from domain.model import Frozen
from domain.specification.organisation import AiAgentSpec, Probability


class Passage(Frozen):
    """A part of a knowledge article that may answer; `score` is its fit to the question, 0 to 1."""

    article_id: str
    title: str
    source: str
    heading: str = ""
    text: str
    score: Probability
    position: int = Field(0, description="Place within its article.")
    found_for: str = Field("", description="The part of the customer's message that it was searched with.")


class TranscriptLine(Frozen):
    """One earlier message, oldest first."""

    author: Author
    text: str


class AskedPart(Frozen):
    """One question of the message, as the passages for it are `found_for`, and the customer facts that it asks for."""

    text: str
    facts: tuple[str, ...] = Field((), description="Names, of facts that may be told.")


def _parts_by_words(data: dict[str, Any]) -> tuple[AskedPart, ...]:
    searched = dict.fromkeys(passage.found_for for passage in data["passages"])
    texts = [text for text in searched if text != data["instruction"]] or [""]
    return tuple(
        AskedPart(text=text, facts=facts_asked_by_words(text or data["question"], data["facts"])) for text in texts
    )


class ReplyRequest(Frozen):
    """Everything that a model may use. Text of customers, articles and CRM is data, never an instruction."""

    organisation: str
    voice: str = Field("", description="How the organisation sounds, whoever of it writes.")
    language: str = Field(description="That of the articles.")
    customer_language: str | None = Field(None, description="ISO 639-1 code, where it is surely another one.")
    reply_language: str = Field("", description="In which to write; empty: in `language`.")
    currency: str = Field("EUR", description="Of amounts that name none.")
    ai_agent: AiAgentSpec
    question: str = Field(description="The customer messages that nobody has answered yet, joined by line breaks.")
    transcript: tuple[TranscriptLine, ...] = ()
    passages: tuple[Passage, ...] = ()
    facts: tuple[Fact, ...] = ()
    guidelines: tuple[str, ...] = Field((), description="Of the organisation, for this reply; the weightiest first.")
    instruction: str = Field("", description="From a person: why a draft was rejected, or what to do after hand-back.")
    kind: MessageKind = Field(
        default_factory=lambda data: kind_of(data["question"]), description="By words or meaning."
    )
    asked: tuple[AskedPart, ...] = Field(
        default_factory=_parts_by_words, description="The questions of the message, in order."
    )
    near_articles: tuple[str, ...] = Field(
        (), description="Titles of the two articles that fit nearly alike, where it may help to ask which is meant."
    )
    rejected: tuple[str, ...] = Field((), description="Drafts of this reply that a person rejected.")
    greet: bool = Field(True, description="False when the customer was greeted already.")
    timeout_seconds: float = 30


class WrittenReply(Frozen):
    """What a model made of it. Empty `text` means that it abstained.

    A `clarifying_question` beside a text counts where two articles are near: it is asked if the text is too unsure.
    """

    text: str = ""
    clarifying_question: str = ""
    citations: tuple[Citation, ...] = ()
    found: tuple[Passage, ...] = Field((), description="Passages that the model searched for beside those given.")
    refusal: Literal["refused", "content_filter", "language"] | None = Field(
        None, description="Why it abstained; `language`: it cannot write in the customer's."
    )
    usage: Usage


class DraftVerdict(Frozen):
    """A second model's opinion: the probability that the draft is right and fully supported by its sources.

    None: nothing had to be checked, because the draft quotes its sources word for word.
    """

    supported: Probability | None
    reason: str = ""
    usage: Usage


class OfferedTool(Frozen):
    """A tool as a model may see it. `name` fits every provider: letters, digits and `_`, at most 64."""

    name: str
    description: str
    parameters: dict[str, JsonValue] = Field(description="JSON Schema of the arguments, an object.")


class ToolAnswer(Frozen):
    """What a model reads after it used a tool: sources that it may cite, or a note of ours that is none."""

    passages: tuple[Passage, ...] = ()
    note: str = ""


class ReplyTools(Protocol):
    """The tools of one reply. A model may use each of them; those that write only take note of what is proposed."""

    @property
    def offered(self) -> Sequence[OfferedTool]: ...

    def begin(self) -> None:
        """A model begins to write: what an earlier one did with the tools and proposed is forgotten."""
        ...

    async def use(self, name: str, arguments: str) -> ToolAnswer:
        """`arguments` is the JSON text that the model wrote; it may be anything. Never raises for what goes wrong."""
        ...


class ReplyWriter(Protocol):
    """Writes replies.

    Raises domain errors only: RateLimitedError and UnavailableError are tried again, CredentialsError and
    ModelOutputError are not. An error carries what the model took before it (`spent`).
    """

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply: ...


class DraftValidator(Protocol):
    """Checks drafts against their sources; raises as ReplyWriter does."""

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict: ...
