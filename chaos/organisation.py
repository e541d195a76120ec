"""The organisation that is served: what it answers alone, what waits for people, and which tools it may use."""

from collections.abc import Sequence
from datetime import date

from answering.topics.ngram import train
from cast.staff import WEBSITE
from chaos.references import reference
from domain.conversation.confidence import Calibration
from domain.delivery.channels import PHONE
from domain.quality.topics import LabelledText
from domain.specification.organisation import (
    AiAgentSpec,
    ApprovalRule,
    Article,
    ChannelKind,
    ChannelSpec,
    IdentityRules,
    LadderRung,
    Mode,
    ModelSpec,
    OrganisationSpec,
    Sensitivity,
    ServiceLevels,
    SpecVersion,
    Thresholds,
    Topic,
)
from domain.specification.tools import HttpToolServer
from integrations.tools.pinning import Connect, with_tools
from sandbox.salesforce import CUSTOMER_FIELDS
from storage.database import Database
from storage.specs import SpecRepository

ORGANISATION = "chaos"
PUBLISHER = "chaos"
WRITER = "compatible:chaos"
APPROVERS = ("approver-1", "approver-2", "approver-3")
AGENTS = ("support-1", "support-2")
LEAD = "lead-1"
STAFF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(APPROVERS, ("approver",)),
    **dict.fromkeys(AGENTS, ("human_agent",)),
    LEAD: ("lead",),
    WEBSITE: ("integration",),
}
"""Who has an API key, and with which roles."""

CHANNELS: tuple[ChannelKind, ...] = ("web_chat", "email", "sms", "zendesk", "slack", PHONE)
TWO_APPROVERS_ABOVE = 500
SUBJECT = "My question"
SHOP = "shop"
VOUCHER_TOOL = "issue_voucher"

QUESTIONS = (
    "Where do I find the invoices of my account?",
    "How do I download an invoice of my account as a PDF file?",
    "Which page shows the invoices of our account, please?",
)
REFUNDS = (
    "Please refund the 40 EUR that I paid for last month.",
    "I want a refund of the 75 EUR of my last payment, please.",
)
LARGE_REFUND = "Please refund the 900 EUR that we paid for last year."
PERSON = "I want to talk to a person, please."
VOUCHER = "My order A-1001 came much too late, please send a voucher to make up for it."

SENTENCE = "All invoices of your account are under Settings, Billing."
ARTICLES = (
    Article(
        id="invoices",
        title="Find your invoices",
        topic="invoices",
        body=f"{SENTENCE} Each is a PDF file that you can download at any time.",
        source="https://chaos.example/invoices",
        updated=date(2026, 1, 5),
    ),
    Article(
        id="refunds",
        title="Refunds",
        topic="refunds",
        body="We refund a payment within 14 days of the day on which you paid.",
        source="https://chaos.example/refunds",
        updated=date(2026, 1, 5),
    ),
    Article(
        id="vouchers",
        title="Vouchers for late orders",
        topic="vouchers",
        body="Whoever waited for an order for too long gets a voucher.",
        source="https://chaos.example/vouchers",
        updated=date(2026, 1, 5),
    ),
)
TOPICS = (
    Topic(
        id="invoices",
        title="Invoices",
        ai_agent="general",
        examples=(*QUESTIONS, "where are my invoices", "find the invoices as PDF"),
    ),
    Topic(
        id="refunds",
        title="Refunds",
        ai_agent="billing",
        sensitivity=Sensitivity.FINANCIAL,
        examples=(*REFUNDS, LARGE_REFUND, "refund my last payment", "please pay back what I paid"),
    ),
    Topic(
        id="vouchers",
        title="Late orders",
        ai_agent="general",
        examples=(VOUCHER, "my order came too late", "send me a voucher for the late order"),
    ),
)
TOOLS = ({"server": SHOP, "tool": VOUCHER_TOOL, "access": "write", "approval": "never"},)
SURE = Calibration(bias=4.0, weights={})
"""Confidence never depends on the wording of a draft: what is tested is the platform."""


def specification(tools_url: str) -> OrganisationSpec:
    """Nothing is escalated but by request, so that conversations go on; each topic has its own way to an answer."""
    general = AiAgentSpec.model_validate(
        {"id": "general", "name": "General", "role": "Answers questions", "can_do": ("answer",), "tools": TOOLS}
    )
    billing = AiAgentSpec(
        id="billing",
        name="Billing",
        role="Answers questions about money",
        mode=Mode.SUPERVISION,
        can_do=("explain refunds",),
        supervised_topics=("refunds",),
    )
    return OrganisationSpec(
        organisation=ORGANISATION,
        name="Chaos",
        default_ai_agent="general",
        model=ModelSpec(writer=WRITER, embedder="none", timeout_seconds=10),
        channels={kind: ChannelSpec(burst_window_seconds=2) for kind in CHANNELS},
        identity=IdentityRules(one_conversation=True),
        crm="salesforce",
        helpdesk="zendesk",
        crm_notes=("escalated",),
        crm_fields=CUSTOMER_FIELDS,
        thresholds=Thresholds(escalate_below=0, review_below=0, out_of_scope_above=1),
        service_levels=ServiceLevels(exchange_limit=1_000, clarification_limit=1_000, park_after_seconds=10),
        approval_rules=(ApprovalRule(id="large", amount_above=TWO_APPROVERS_ABOVE, approvers=2),),
        ladder=(LadderRung(after_minutes=30, action="remind"), LadderRung(after_minutes=120, action="widen")),
        topics=TOPICS,
        tool_servers=(HttpToolServer(id=SHOP, transport="http", url=tools_url, timeout_seconds=10),),
        ai_agents=(general, billing),
    )


async def publish(database: Database, made: OrganisationSpec, connect: Connect) -> str:
    """Make it the active version and return its hash."""
    version = await with_tools(SpecVersion(specification=made, articles=ARTICLES), connect)
    return await SpecRepository(database).publish(version, train(_examples()).to_bytes(), SURE, PUBLISHER)


def _examples() -> Sequence[LabelledText]:
    """Also as mails have them, below their subject, and with a mark behind."""
    return [
        LabelledText(text=written, label=topic.id)
        for topic in TOPICS
        for text in topic.examples
        for written in (text, f"{SUBJECT}\n\n{text}", f"{text} {reference(1, 2)}")
    ]
