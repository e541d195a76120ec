"""The specification: a support organisation written down as data.

One folder per organisation holds `organisation.yaml`, `agents/*.yaml`, `knowledge/*.md`, `customers/*.yaml`.
A published specification is immutable and named by the SHA-256 of its canonical JSON (`content_hash`).
"""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.model import Key as Key
from domain.specification.model import SpecModel as SpecModel
from domain.specification.references import broken_references
from domain.specification.tools import AllowedTool, DescribedTool, ToolServerSpec
from domain.specification.wording import LanguageCode, SpecWording

ChannelKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="A channel in the registry.")]

DIRECTORY = "directory"
"""The CRM that is our own store."""

NotedEvent = Literal["escalated", "resolved"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
ModelName = Annotated[str, Field(pattern=r"^[a-z_-]+:.+$", description="`<provider>:<model>`.")]
WriterName = Annotated[str, Field(pattern=r"^(local|[a-z_-]+:.+)$", description="`local` or `<provider>:<model>`.")]


class Mode(StrEnum):
    """How an AI agent works with people.

    Delegation: it answers alone within its rules. Supervision: its drafts on supervised topics wait for an approval.
    Co-pilot: a person owns the conversation, and its drafts are suggestions that only people see.
    """

    DELEGATION = "delegation"
    SUPERVISION = "supervision"
    CO_PILOT = "co_pilot"


class Sensitivity(StrEnum):
    """Kinds of topics on which a person is asked by default."""

    FINANCIAL = "financial"
    LEGAL = "legal"
    COMPLAINT = "complaint"
    SECURITY = "security"


class Topic(SpecModel):
    """A kind of customer request. `examples` train the topic model; more wordings make it better."""

    id: Key
    title: str
    ai_agent: Key
    sensitivity: Sensitivity | None = None
    escalate: bool = Field(False, description="Always hand this topic to a person.")
    examples: tuple[str, ...] = Field(min_length=3)


class SuccessMeasure(SpecModel):
    """How success of an AI agent is measured, e.g. automated_resolution >= 0.6."""

    metric: Literal["automated_resolution", "csat", "first_response_seconds", "false_escalation", "missed_escalation"]
    target: float


class CannotDo(SpecModel):
    """Something the AI agent must not do. A message that matches a phrase is escalated."""

    description: str
    phrases: tuple[str, ...] = ()


class AiAgentSpec(SpecModel):
    """One AI agent: what it can do, cannot do, when it escalates, how its success is measured."""

    id: Key
    name: str
    role: str
    mode: Mode = Mode.DELEGATION
    can_do: tuple[str, ...] = Field(min_length=1)
    cannot_do: tuple[CannotDo, ...] = ()
    tone: str = "friendly, precise, short"
    knowledge_topics: tuple[Key, ...] = Field((), description="Article topics it may cite; empty means all.")
    customer_facts: tuple[str, ...] = Field((), description="Fact names it may tell the customer.")
    tools: tuple[AllowedTool, ...] = Field((), description="Tools it may use, or propose the use of.")
    escalate_below: Probability | None = None
    supervised_topics: tuple[Key, ...] = Field((), description="Drafts on these wait for approval.")
    success: tuple[SuccessMeasure, ...] = ()
    instructions: str = ""

    def watches(self, topic: str) -> bool:
        """True when its drafts on this topic wait for approval."""
        return self.mode is Mode.SUPERVISION and topic in self.supervised_topics


class ApprovalRule(SpecModel):
    """Who must approve. The first rule whose conditions all hold applies."""

    id: Key
    ai_agents: tuple[Key, ...] = Field((), description="Empty means any.")
    sensitivity: tuple[Sensitivity, ...] = Field((), description="Empty means any.")
    amount_above: float | None = Field(None, ge=0, description="In the organisation's currency.")
    approvers: int = Field(1, ge=1, le=5)
    roles: tuple[Key, ...] = ("approver",)
    exclude_requester: bool = True


class LadderRung(SpecModel):
    """One rung: after this much business time, remind, widen to roles, or move it up to roles."""

    after_minutes: int = Field(gt=0)
    action: Literal["remind", "widen", "move_up"]
    roles: tuple[Key, ...] = ()

    @property
    def after(self) -> timedelta:
        return timedelta(minutes=self.after_minutes)


class ChannelSpec(SpecModel):
    """A channel that the organisation uses. Times are waited before a reply leaves, in seconds."""

    burst_window_seconds: float = Field(0.3, ge=0, le=30)
    greeting: str = ""
    consent: str = Field("", description="What callers hear of how the call is used, before they say anything.")
    quiet_hours: QuietHours | None = None


class Thresholds(SpecModel):
    """Below `escalate_below` a person takes over; below `review_below` the sent reply is reviewed later."""

    escalate_below: Probability = 0.70
    review_below: Probability = 0.80
    out_of_scope_above: Probability = 0.50
    review_sample: Probability = Field(0.10, description="Share of other sent replies that is reviewed.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.review_below < self.escalate_below:
            raise ValueError(
                "review_below is lower than escalate_below; write the same or more, or lower escalate_below"
            )
        return self


class ModelPrice(SpecModel):
    """What a million tokens cost, in the organisation's currency."""

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(None, ge=0, description="Of input that the provider cached. Unset: as input.")

    @property
    def is_free(self) -> bool:
        return not self.input and not self.output


EmbedderName = Annotated[
    str,
    Field(
        pattern=r"^(embedded|none|(openai|compatible):.+)$",
        description="`embedded`, `none`, `openai:<model>` or `compatible:<model>`.",
    ),
]


class ModelSpec(SpecModel):
    """Which models write and check replies: `local`, or `<provider>:<model>`; `validator` checks drafts when set.

    Without a writer the installation decides: OpenAI where it has a key, checked by a validator, else `local`.
    """

    writer: WriterName | None = None
    fallbacks: tuple[WriterName, ...] = Field(
        (),
        description="Asked in this order when the writer is not available, is out of budget, or asks us to wait for "
        "longer than `patience_seconds`.",
    )
    validator: ModelName | None = None
    embedder: EmbedderName = Field(
        "embedded", description="What tells the meaning of messages and articles; `none`: their words alone do."
    )
    timeout_seconds: float = Field(30, gt=0, le=300)
    patience_seconds: float = Field(5, ge=0, le=30, description="How long a turn waits for a rate-limited model.")
    prices: dict[ModelName, ModelPrice] = {}
    monthly_budget: Decimal | None = Field(
        None, ge=0, description="In the organisation's currency; a model with a price is not asked once it is spent."
    )

    @model_validator(mode="after")
    def _budget_knows_prices(self) -> Self:
        if self.monthly_budget is None:
            return self
        if self.writer is None:
            raise ValueError("monthly_budget needs a named writer; name one under writer, and its price under prices")
        used = {self.writer, *self.fallbacks, self.validator} - {None, "local"}
        if unknown := sorted(str(name) for name in used if name not in self.prices):
            needed = ", ".join(unknown)
            raise ValueError(f"monthly_budget lacks prices; add {needed} to prices, with 0 where nothing is paid")
        return self


class ServiceLevels(SpecModel):
    """Silence after a reply resolves the conversation; a message within `reopen_days` reopens it."""

    resolve_after_silence_hours: float = Field(72, gt=0)
    reopen_days: float = Field(7, gt=0)
    first_response_seconds: float = Field(60, gt=0)
    exchange_limit: int = Field(5, ge=1, description="Exchanges since ownership changed before a person is asked.")
    clarification_limit: int = Field(2, ge=0)
    context_max_age_minutes: float = Field(60, gt=0)
    park_after_seconds: float = Field(
        60, ge=5, description="Without a model for so long, the customer is told and the conversation is parked."
    )
    parked_at_most_hours: float = Field(4, gt=0, description="Then a person gets a conversation that is parked.")
    delivery_patience_hours: float = Field(4, gt=0, description="How long a channel that is down is tried again.")


class IdentityRules(SpecModel):
    """How a customer is recognised across channels."""

    one_conversation: bool = Field(
        False, description="A recognised customer goes on in the open conversation, whatever channel it began on."
    )
    verify_for: tuple[Literal["personal_data", "write_tools"], ...] = Field(
        (), description="What a customer whom the channel does not prove gets after a one-time code only."
    )


class JourneyStep(SpecModel):
    """A step of a journey; `next` names the following steps."""

    id: Key
    description: str
    ai_agent: Key | None = None
    next: tuple[Key, ...] = ()


class Journey(SpecModel):
    """A graph of steps that a customer goes through. It is checked and published; nothing carries it out yet."""

    id: Key
    title: str
    topics: tuple[Key, ...] = ()
    steps: tuple[JourneyStep, ...] = Field(min_length=1)


class OrganisationSpec(SpecModel):
    """A whole organisation, checked for references that lead nowhere."""

    organisation: Key
    name: str
    language: str = Field("en", description="That of the articles, as a BCP 47 tag such as `en` or `pt-BR`.")
    languages: tuple[LanguageCode, ...] = Field(
        (),
        description="What customers may write in, for a writer that masters more than the articles' language. "
        "`language` is always one of them; messages in any other go to a person.",
    )
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    calendar: BusinessCalendar = BusinessCalendar()
    channels: dict[ChannelKind, ChannelSpec] = {"web_chat": ChannelSpec()}
    identity: IdentityRules = IdentityRules()
    crm: Key = DIRECTORY
    helpdesk: Key | None = Field(None, description="A help desk that is asked for the customer's tickets as well.")
    crm_notes: tuple[NotedEvent, ...] = Field((), description="Upon what the CRM gets a note about the conversation.")
    crm_fields: dict[Key, str] = Field(
        {}, description="Further customer facts: the name of each by the CRM's name of its field."
    )
    model: ModelSpec = ModelSpec()
    default_ai_agent: Key
    thresholds: Thresholds = Thresholds()
    service_levels: ServiceLevels = ServiceLevels()
    wording: SpecWording = SpecWording()
    approval_rules: tuple[ApprovalRule, ...] = ()
    ladder: tuple[LadderRung, ...] = ()
    topics: tuple[Topic, ...] = Field(min_length=2)
    out_of_scope_examples: tuple[str, ...] = ()
    journeys: tuple[Journey, ...] = ()
    tool_servers: tuple[ToolServerSpec, ...] = ()
    knowledge_sources: tuple[KnowledgeSourceSpec, ...] = ()
    ai_agents: tuple[AiAgentSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        if found := broken_references(self):
            raise ValueError("; ".join(map(str, found)))
        return self

    @property
    def answers_in(self) -> tuple[str, ...]:
        """BCP 47 tags of all languages that customers may write in, that of the articles first."""
        return tuple(dict.fromkeys((self.language, *self.languages)))

    def ai_agent(self, key: str) -> AiAgentSpec:
        return next(agent for agent in self.ai_agents if agent.id == key)

    def topic(self, key: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.id == key), None)


class Article(SpecModel):
    """A knowledge article: Markdown with a title; `topic` groups articles, `source` is shown to the customer."""

    id: Key
    title: str
    topic: Key
    body: str
    source: str
    updated: date


class SpecVersion(SpecModel):
    """What is published and pinned by a conversation: the specification with its knowledge and its tools."""

    specification: OrganisationSpec
    articles: tuple[Article, ...] = ()
    sourced: tuple[Key, ...] = Field((), description="Those of the articles that a knowledge source keeps.")
    tools: tuple[DescribedTool, ...] = Field((), description="Every allowed tool, as its server described it then.")

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON: the name of this version for ever."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
