"""The organisation that the benchmark talks to, and the model that answers at once."""

from datetime import date

from answering.organisations import ModelFactory
from domain.conversation.turn import Citation, Usage
from domain.specification.organisation import (
    AiAgentSpec,
    Article,
    ChannelSpec,
    LadderRung,
    Mode,
    ModelSpec,
    OrganisationSpec,
    ServiceLevels,
    SpecVersion,
    Thresholds,
    Topic,
)
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from integrations.llm.base import DraftVerdict, ReplyRequest, ReplyTools, WrittenReply
from publishing.computing import in_a_thread
from publishing.fitting import fit_models
from publishing.publisher import Contexts, Proposal, Publisher
from storage.database import Database

PLAIN = "bench"
VALIDATED = "bench-validated"
QUESTION = "Where do I find the invoices of my account?"
SUPERVISED_QUESTION = "Please refund what I paid for last month."
REPLY = "All invoices of your account are under Settings, Billing."
USAGE = Usage(model="instant")

ARTICLES = (
    Article(
        id="invoices",
        title="Find your invoices",
        topic="invoices",
        body=f"{REPLY} Each is a PDF file that you can download at any time.",
        source="https://bench.example/invoices",
        updated=date(2026, 1, 5),
    ),
    Article(
        id="refunds",
        title="Refunds",
        topic="refunds",
        body="We refund a payment within 14 days of the day on which you paid.",
        source="https://bench.example/refunds",
        updated=date(2026, 1, 5),
    ),
)
TOPICS = (
    Topic(
        id="invoices",
        title="Invoices",
        ai_agent="general",
        examples=(QUESTION, "where are my invoices", "download an invoice of my account", "find the invoices as PDF"),
    ),
    Topic(
        id="refunds",
        title="Refunds",
        ai_agent="billing",
        examples=(SUPERVISED_QUESTION, "I want a refund", "refund my last payment", "please pay back what I paid"),
    ),
)
AI_AGENTS = (
    AiAgentSpec(id="general", name="General", role="Answers questions", can_do=("answer questions",)),
    AiAgentSpec(
        id="billing",
        name="Billing",
        role="Answers questions about money",
        mode=Mode.SUPERVISION,
        can_do=("explain refunds",),
        supervised_topics=("refunds",),
    ),
)
NO_MEANING = ModelSpec(embedder="none")
"""Measured is the platform: neither a language model nor an embedding model adds its own time."""
SPECIFICATION = OrganisationSpec(
    model=NO_MEANING,
    organisation=PLAIN,
    name="Benchmark",
    default_ai_agent="general",
    # A reply never waits for a burst, and no conversation is escalated: each turn is the turn that is measured.
    channels={kind: ChannelSpec(burst_window_seconds=0) for kind in ("web_chat", "http")},
    thresholds=Thresholds(escalate_below=0, review_below=0, out_of_scope_above=1),
    service_levels=ServiceLevels(exchange_limit=1_000_000, context_max_age_minutes=1440),
    ladder=(LadderRung(after_minutes=30, action="remind"), LadderRung(after_minutes=120, action="widen")),
    topics=TOPICS,
    ai_agents=AI_AGENTS,
)
WITH_VALIDATOR = SPECIFICATION.model_copy(
    update={"organisation": VALIDATED, "model": ModelSpec(validator="instant:validator", embedder="none")}
)


class InstantReplyWriter:
    """Says one sentence, in no time."""

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        cited = tuple(
            Citation(source_id=passage.article_id, title=passage.title, source=passage.source, quote=REPLY)
            for passage in request.passages[:1]
        )
        return WrittenReply(text=REPLY, citations=cited, usage=USAGE)


class InstantValidator:
    """Finds every draft right, in no time."""

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        return DraftVerdict(supported=1.0, usage=USAGE)


def instant_models() -> ModelFactory:
    return ModelFactory(writer=lambda *_: InstantReplyWriter(), validator=lambda _: InstantValidator())


async def publish(database: Database) -> None:
    """Publish both organisations as any other: topics and confidence are fitted on their examples."""

    async def nobody() -> Contexts:
        return {}

    async def no_vectors(*_: object) -> KnownVectors:
        return NOTHING_KNOWN

    publisher = Publisher(database, in_a_thread(fit_models, no_vectors))

    for specification in (SPECIFICATION, WITH_VALIDATOR):
        version = SpecVersion(specification=specification, articles=ARTICLES)
        await publisher.publish(Proposal(version, (), nobody), by="bench")
