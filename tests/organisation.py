"""A small organisation for tests: a shop for bicycles with two AI agents."""

from datetime import UTC, date, datetime

from domain.conversation.turn import CustomerContext, Fact
from domain.specification.journeys import Journey
from domain.specification.organisation import (
    AiAgentSpec,
    Article,
    CannotDo,
    Mode,
    OrganisationSpec,
    Sensitivity,
    SpecVersion,
    Topic,
)

PASSWORD = """# Reset your password

You can set a new password yourself at any time. The link in the email is valid for **30 minutes**.

## Steps

1. Open the sign-in page and choose *Forgot password*.
2. Enter your email address.
3. Follow the link in the [email](https://shop.example/reset).

## No email arrived

Look into your spam folder first. If nothing arrives within 10 minutes, check that the address is the one that you
registered.
"""
DELIVERY = """Orders leave our warehouse within 2 working days.

## Costs

| Country | Price | Time |
|---|---|---|
| Germany | 4.90 EUR | 2 days |
| France | 9.90 EUR | 4 days |

## Tracking a parcel

You find the tracking number in your order confirmation. Tracking starts one day after dispatch.
"""
REFUNDS = """You may return a bicycle within 30 days of delivery. We refund the full price within 5 working days after
it has arrived.

## What we cannot take back

Custom frames cannot be returned.
"""
WARRANTY = """Every frame has a warranty of 10 years. Wearing parts such as tyres and brake pads are not covered.

## Make a claim

- Send a photo of the damage.
- Name your order number.
"""


def article(key: str, title: str, topic: str, body: str) -> Article:
    source = f"https://shop.example/help/{key}"
    return Article(id=key, title=title, topic=topic, body=body, source=source, updated=date(2026, 1, 5))


ARTICLES = (
    article("password", "Reset your password", "account", PASSWORD),
    article("delivery", "Delivery times and costs", "delivery", DELIVERY),
    article("refunds", "Returns and refunds", "refund", REFUNDS),
    article("warranty", "Warranty", "warranty", WARRANTY),
)
SERVICE = AiAgentSpec(
    id="service",
    name="Service",
    role="Answers questions about orders",
    can_do=("answer questions",),
    cannot_do=(CannotDo(description="delete an account", phrases=("delete account", "close my account")),),
    customer_facts=("plan", "order"),
)
BILLING = AiAgentSpec(
    id="billing",
    name="Billing",
    role="Answers questions about money",
    mode=Mode.SUPERVISION,
    can_do=("explain refunds",),
    knowledge_topics=("refund",),
    supervised_topics=("refund",),
    escalate_below=0.8,
)
TOPICS = (
    Topic(
        id="account",
        title="Account",
        ai_agent="service",
        examples=(
            "how do I reset my password",
            "I forgot my password",
            "I cannot sign in to my account",
            "the reset email for the password does not arrive",
        ),
    ),
    Topic(
        id="delivery",
        title="Delivery",
        ai_agent="service",
        examples=(
            "where is my parcel",
            "how long does delivery to France take",
            "what does shipping cost",
            "when will my order be delivered",
        ),
    ),
    Topic(
        id="refund",
        title="Returns and refunds",
        ai_agent="billing",
        sensitivity=Sensitivity.FINANCIAL,
        examples=(
            "I want my money back",
            "how do I return a bicycle for a refund",
            "when do I get the refund of 300 EUR",
            "can I send the bike back",
        ),
    ),
    Topic(
        id="warranty",
        title="Warranty",
        ai_agent="service",
        examples=("is my frame under warranty", "the frame broke, is that covered", "how long is the warranty"),
    ),
)
GREETING = Journey.model_validate(
    {
        "id": "greeting",
        "title": "A first bicycle",
        "enter_by": ["person", "api"],
        "steps": [
            {
                "id": "hello",
                "kind": "message",
                "text": "Welcome to the Bike Shop.",
                "ai_agent": "service",
                "next": "ride",
            },
            {"id": "ride", "kind": "wait", "event": "first_ride", "next": "meet"},
            {"id": "meet", "kind": "check_in", "role": "approver"},
        ],
    }
)
INNER = Journey.model_validate(
    {"id": "inner", "title": "A part", "steps": [{"id": "hint", "kind": "message", "text": "Pump up the tyres."}]}
)
SPECIFICATION = OrganisationSpec(
    organisation="bikeshop",
    name="Bike Shop",
    default_ai_agent="service",
    topics=TOPICS,
    out_of_scope_examples=("what is the weather tomorrow", "write me a poem", "who won the match"),
    ai_agents=(SERVICE, BILLING),
    journeys=(GREETING, INNER),
)
VERSION = SpecVersion(specification=SPECIFICATION, articles=ARTICLES)
READ_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def known_customer(**facts: str) -> CustomerContext:
    """A customer who was recognised, with these facts."""
    told = tuple(Fact(name=name, value=value, source="directory", as_of=READ_AT) for name, value in facts.items())
    return CustomerContext(facts=told, matches=1)
