"""The specification: a support organisation written down as data.

One folder per organisation holds `organisation.yaml`, `topics.yaml`, `knowledge/*.md`, `customers/*.yaml`, and a file
each for AI agents, journeys, rules, guidelines and macros.
A published specification is immutable and named by the SHA-256 of its canonical JSON (`content_hash`).
"""

import hashlib
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.specification.approvers import Approvers
from domain.specification.approvers import LadderRung as LadderRung
from domain.specification.approvers import RoleLimit as RoleLimit
from domain.specification.calendar import BusinessCalendar, QuietHours
from domain.specification.guidelines import Guideline
from domain.specification.journeys import Journey as Journey
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.macros import Macro
from domain.specification.model import Key as Key
from domain.specification.model import SpecModel as SpecModel
from domain.specification.modes import Mode as Mode
from domain.specification.people import Belonging, HumanAgentSpec, Members, Team, members_of
from domain.specification.references import broken_references
from domain.specification.rules import Rule
from domain.specification.tools import AllowedTool, DescribedTool, ToolServerSpec
from domain.specification.trust import TrustLadder
from domain.specification.wording import LanguageCode, SpecWording

ChannelKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="A channel in the registry.")]

DIRECTORY = "directory"
"""The CRM that is our own store."""

GREETED_ON = frozenset({"web_chat", "phone"})
"""The channels on which a customer gets the greeting, before there is a conversation."""

NotedEvent = Literal["escalated", "resolved"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
ModelName = Annotated[str, Field(pattern=r"^[a-z_-]+:.+$", description="`<provider>:<model>`.")]
WriterName = Annotated[str, Field(pattern=r"^(local|[a-z_-]+:.+)$", description="`local` or `<provider>:<model>`.")]


class Sensitivity(StrEnum):
    """Kinds of topics on which a person is asked by default."""

    FINANCIAL = "financial"
    LEGAL = "legal"
    COMPLAINT = "complaint"
    SECURITY = "security"


class Topic(SpecModel):
    """A kind of customer request. `examples` train the topic model; more wordings make it better."""

    id: Key = Field(description="Name of the topic wherever it is named; it stays when the title changes.")
    title: str = Field(description="What it is about, for people.")
    ai_agent: Key = Field(description="Id of the AI agent that answers it: a file under `agents`.")
    sensitivity: Sensitivity | None = Field(None, description="Why people are asked about it, if at all.")
    escalate: bool = Field(False, description="Always hand this topic to a person.")
    examples: tuple[str, ...] = Field(
        min_length=3, description="At least three messages in customers' own words, as untidy as they are."
    )


SuccessMetric = Literal[
    "automated_resolution", "csat", "first_response_seconds", "false_escalation", "missed_escalation"
]


class SuccessMeasure(SpecModel):
    """How success of an AI agent is measured, e.g. automated_resolution >= 0.6."""

    metric: SuccessMetric = Field(description="What is measured.")
    target: float = Field(
        description="To be reached, or not exceeded by escalations: a share from 0 to 1, for `csat` that of good "
        "ratings; seconds for `first_response_seconds`, kept by 95 of 100."
    )


class CannotDo(SpecModel):
    """Something the AI agent must not do. A message that matches a phrase is escalated."""

    description: str = Field(description="What it must not do, for people.")
    phrases: tuple[str, ...] = Field(
        (), description="Words of customers who ask for it; up to two others may stand between them."
    )


class OwnModel(SpecModel):
    """Which models write the replies of one AI agent, instead of the organisation's."""

    writer: WriterName = Field(description="What writes its replies.")
    fallbacks: tuple[WriterName, ...] = Field((), description="Asked in this order when the writer cannot answer.")


class AiAgentSpec(SpecModel):
    """One AI agent: what it can do, cannot do, when it escalates, how its success is measured."""

    id: Key = Field(description="Name of the AI agent wherever it is named.")
    name: str = Field(description="What customers and colleagues call it.")
    role: str = Field(description="What it is for, in a sentence.")
    mode: Mode = Field(Mode.DELEGATION, description="How it works with people; with `trust`, the freest way.")
    trust: TrustLadder | None = Field(
        None, description="How its trust is earned: it begins in co-pilot. Unset, it has its mode from the beginning."
    )
    can_do: tuple[str, ...] = Field(min_length=1, description="What it may do, a sentence each.")
    cannot_do: tuple[CannotDo, ...] = Field((), description="What it must leave to people.")
    tone: str = Field("friendly, precise, short", description="How it writes.")
    model: OwnModel | None = Field(None, description="Models of its own; unset, those of the organisation write.")
    knowledge_topics: tuple[Key, ...] = Field((), description="Article topics it may cite; empty means all.")
    customer_facts: tuple[str, ...] = Field((), description="Fact names it may tell the customer.")
    tools: tuple[AllowedTool, ...] = Field((), description="Tools it may use, or propose the use of.")
    escalate_below: Probability | None = Field(
        None, description="Confidence below which a person takes over; unset, that of the organisation."
    )
    supervised_topics: tuple[Key, ...] = Field((), description="Drafts on these wait for approval.")
    veto_minutes: float | None = Field(
        None,
        gt=0,
        description="A draft that waits only because its topic is supervised leaves after so many minutes unless "
        "somebody stops it; unset, it waits for an approval.",
    )
    success: tuple[SuccessMeasure, ...] = Field((), description="What it is to reach.")
    instructions: str = Field("", description="Anything else that it must follow.")

    def watches(self, topic: str) -> bool:
        """True when its drafts on this topic wait for approval."""
        return self.mode is Mode.SUPERVISION and topic in self.supervised_topics


class ApprovalCase(SpecModel):
    """For which drafts an approval rule is."""

    id: Key = Field(description="Name of the rule, as approvals and records show it.")
    ai_agents: tuple[Key, ...] = Field((), description="Empty means any.")
    sensitivity: tuple[Sensitivity, ...] = Field((), description="Empty means any.")
    amount_above: float | None = Field(None, ge=0, description="In the organisation's currency.")


class ApprovalRule(Approvers, ApprovalCase):
    """Who must approve. The first rule whose conditions all hold applies."""

    limits: tuple[RoleLimit, ...] = Field(
        (),
        description="Up to which amount each role may approve; of several roles of a person the highest counts. The "
        "amount is that of the tools' use, else the money in question.",
    )


class ChannelSpec(SpecModel):
    """A channel that the organisation uses. Times are waited before a reply leaves, in seconds."""

    burst_window_seconds: float = Field(
        0.3, ge=0, le=30, description="How long messages in quick succession are waited for, to be answered together."
    )
    greeting: str = Field("", description="What a customer reads first, by web chat and phone; empty for none.")
    consent: str = Field("", description="What callers hear of how the call is used, before they say anything.")
    quiet_hours: QuietHours | None = Field(
        None, description="When AI agents send nothing by it; unset, they always may."
    )


class Thresholds(SpecModel):
    """Below `escalate_below` a person takes over; below `review_below` the sent reply is reviewed later."""

    escalate_below: Probability = Field(0.70, description="Confidence below which a person takes over.")
    review_below: Probability = Field(
        0.80,
        description="Confidence below which a reply that was sent is reviewed later; not lower than `escalate_below`.",
    )
    out_of_scope_above: Probability = Field(
        0.50, description="Probability of being out of scope above which a message goes to a person."
    )
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

    input: Decimal = Field(ge=0, description="Of what is read.")
    output: Decimal = Field(ge=0, description="Of what is written.")
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

    writer: WriterName | None = Field(None, description="What writes replies; unset, the installation decides.")
    fallbacks: tuple[WriterName, ...] = Field(
        (),
        description="Asked in this order when the writer is not available, is out of budget, or asks us to wait for "
        "longer than `patience_seconds`.",
    )
    validator: ModelName | None = Field(None, description="A second model that checks each reply.")
    embedder: EmbedderName = Field(
        "embedded", description="What tells the meaning of messages and articles; `none`: their words alone do."
    )
    timeout_seconds: float = Field(30, gt=0, le=300, description="How long one answer of a model is waited for.")
    patience_seconds: float = Field(5, ge=0, le=30, description="How long a turn waits for a rate-limited model.")
    prices: dict[ModelName, ModelPrice] = Field({}, description="What each model costs, by its name.")
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

    resolve_after_silence_hours: float = Field(
        72, gt=0, description="Hours without a word after a reply, until the conversation counts as resolved."
    )
    reopen_days: float = Field(7, gt=0, description="Days in which a message reopens a resolved conversation.")
    first_response_seconds: float = Field(60, gt=0, description="Time until a first answer, to be kept.")
    exchange_limit: int = Field(5, ge=1, description="Exchanges since ownership changed before a person is asked.")
    clarification_limit: int = Field(
        2, ge=0, description="How often the customer is asked what is meant before a person takes over."
    )
    context_max_age_minutes: float = Field(
        60, gt=0, description="Age at which what is known of the customer is read again."
    )
    park_after_seconds: float = Field(
        60, ge=5, description="Without a model for so long, the customer is told and the conversation is parked."
    )
    parked_at_most_hours: float = Field(4, gt=0, description="Then a person gets a conversation that is parked.")
    delivery_patience_hours: float = Field(4, gt=0, description="How long a channel that is down is tried again.")


class RetentionRules(SpecModel):
    """How long it is kept what was said, and who said it."""

    conversation_days: float | None = Field(
        None,
        gt=0,
        le=36_500,
        description="Days after its resolution in which a conversation keeps its texts and personal data; then they "
        "are erased for good. Not fewer than `service_levels.reopen_days`. Unset, they are kept.",
    )

    def __str__(self) -> str:
        """In a sentence without its stop."""
        if self.conversation_days is None:
            return "Conversations are kept: no retention.conversation_days is set"
        days = f"{self.conversation_days:g} day{'' if self.conversation_days == 1 else 's'}"
        return f"What was said in a conversation, and who said it, is erased {days} after its resolution"


class IdentityRules(SpecModel):
    """How a customer is recognised across channels."""

    one_conversation: bool = Field(
        False, description="A recognised customer goes on in the open conversation, whatever channel it began on."
    )
    verify_for: tuple[Literal["personal_data", "write_tools"], ...] = Field(
        (), description="What a customer whom the channel does not prove gets after a one-time code only."
    )


class OrganisationSpec(SpecModel):
    """A whole organisation, checked for references that lead nowhere."""

    organisation: Key = Field(description="Name of the organisation; its folder has the same.")
    name: str = Field(description="What customers know it by.")
    voice: Sentence = Field(
        "", description="How it sounds, such as `plain, warm, no exclamation marks`; for models, before each own tone."
    )
    disclosure: Sentence = Field(
        "",
        description="Tells customers that they write with an AI; said before the first reply of one. Empty for none.",
    )
    language: str = Field("en", description="That of the articles, as a BCP 47 tag such as `en` or `pt-BR`.")
    languages: tuple[LanguageCode, ...] = Field(
        (),
        description="What customers may write in, for a writer that masters more than the articles' language. "
        "`language` is always one of them; messages in any other go to a person.",
    )
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all amounts.")
    calendar: BusinessCalendar = Field(BusinessCalendar(), description="When people work.")
    channels: dict[ChannelKind, ChannelSpec] = Field(
        {"web_chat": ChannelSpec()}, description="How customers reach it, by the kind of channel."
    )
    identity: IdentityRules = Field(IdentityRules(), description="How customers are recognised and proved.")
    crm: Key = Field(DIRECTORY, description="Where customers are kept: `directory` is the folder `customers`.")
    helpdesk: Key | None = Field(None, description="A help desk that is asked for the customer's tickets as well.")
    crm_notes: tuple[NotedEvent, ...] = Field((), description="Upon what the CRM gets a note about the conversation.")
    crm_fields: dict[Key, str] = Field(
        {}, description="Further customer facts: the name of each by the CRM's name of its field."
    )
    private_facts: tuple[str, ...] = Field(
        (), description="Names of customer facts that no model sees; rules, journeys and tools may go by them."
    )
    model: ModelSpec = Field(ModelSpec(), description="Which models write and check replies.")
    default_ai_agent: Key = Field(description="Id of the AI agent for what belongs to no topic.")
    open_conversations: Literal["stay", "move"] = Field(
        "stay",
        description="When this version is published: conversations that are open `stay` on theirs, or `move` to it "
        "after the next turn that leaves nothing waiting.",
    )
    thresholds: Thresholds = Field(Thresholds(), description="How sure an AI agent must be.")
    service_levels: ServiceLevels = Field(ServiceLevels(), description="Times and limits of a conversation.")
    retention: RetentionRules = Field(RetentionRules(), description="How long conversations keep what was said.")
    wording: SpecWording = Field(SpecWording(), description="What the organisation itself says.")
    approval_rules: tuple[ApprovalRule, ...] = Field(
        (), description="Who approves what; the first rule whose conditions all hold applies."
    )
    ladder: tuple[LadderRung, ...] = Field((), description="What happens while an approval waits, the soonest first.")
    queue_ladder: tuple[LadderRung, ...] = Field(
        (), description="What happens while a customer waits for a person's reply, the soonest first."
    )
    topics: tuple[Topic, ...] = Field(min_length=2, description="What customers ask; at least two.")
    out_of_scope_examples: tuple[str, ...] = Field(
        (), description="Messages, in customers' words, that the organisation does not answer."
    )
    journeys: tuple[Journey, ...] = Field((), description="Ways that customers go, step by step.")
    rules: tuple[Rule, ...] = Field((), description="When people are asked beyond what the built-in policy demands.")
    guidelines: tuple[Guideline, ...] = Field((), description="What AI agents keep to in replies, and when.")
    macros: tuple[Macro, ...] = Field((), description="Replies that are written beforehand, and when they are sent.")
    tool_servers: tuple[ToolServerSpec, ...] = Field((), description="Where the tools of AI agents are.")
    knowledge_sources: tuple[KnowledgeSourceSpec, ...] = Field((), description="Vendors whose articles are brought in.")
    ai_agents: tuple[AiAgentSpec, ...] = Field(min_length=1, description="Who answers.")
    people: tuple[HumanAgentSpec, ...] = Field(
        (), description="Who answers when an AI agent does not, and who decides."
    )
    teams: tuple[Team, ...] = Field((), description="Whom of the people rules may ask together.")

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        if found := list(broken_references(self)):
            raise ValueError("; ".join(map(str, found)))
        return self

    @property
    def answers_in(self) -> tuple[str, ...]:
        """BCP 47 tags of all languages that customers may write in, that of the articles first."""
        return tuple(dict.fromkeys((self.language, *self.languages)))

    def ai_agent(self, key: str) -> AiAgentSpec:
        return next(agent for agent in self.ai_agents if agent.id == key)

    def journey(self, key: str) -> Journey | None:
        return next((journey for journey in self.journeys if journey.id == key), None)

    @property
    def members(self) -> Members:
        """Who belongs to the teams and has the skills that approval rules, rules and ladders name."""
        asks = [rule.ask for rule in self.rules if rule.ask]
        rungs = [*self.ladder, *self.queue_ladder, *(rung for ask in asks for rung in ask.ladder)]
        named: list[Belonging] = [*self.approval_rules, *asks, *rungs]
        return members_of(self.people, self.teams, named)

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
