"""A small organisation in files, valid until a test spoils it."""

from pathlib import Path

import pytest

FILES = {
    "organisation.yaml": """\
organisation: wheels
name: Wheels
default_ai_agent: general
calendar:
  hours:
    - { weekday: 0, opens: 09:30, closes: 18:00 }
approval_rules:
  - { id: large, ai_agents: [billing], amount_above: 500, approvers: 2, roles: [lead] }
  - { id: money, sensitivity: [financial], team: counter, skill: refund }
ladder:
  - { after_minutes: 30, action: remind }
  - { after_minutes: 120, action: widen, roles: [lead] }
tool_servers:
  - { id: shop, transport: http, url: https://shop.wheels.example/mcp }
thresholds:
  escalate_below: 0.70
  review_below: 0.85
teams:
  - { id: counter, name: Counter, members: [ada, Bo.Lind] }
people:
  - { id: ada, name: Ada, roles: [approver], skills: [refund], languages: [en, fr], at_most: 4 }
  - { id: Bo.Lind, name: Bo, roles: [lead], skills: [delivery] }
""",
    "topics.yaml": """\
topics:
  - id: delivery
    title: Delivery
    ai_agent: general
    examples: [where is my bike, when does it arrive, track my parcel]
  - id: refund
    title: Refunds
    ai_agent: billing
    sensitivity: financial
    examples: [money back please, I want a refund, return my bike]
""",
    "agents/general.yaml": """\
id: general
name: Gil
role: Answers everything.
can_do: [Say when a bicycle arrives]
knowledge_topics: [delivery]
customer_facts: [plan, frame_size]
""",
    "agents/greeter.yaml": """\
id: greeter
name: Pia
role: Welcomes customers.
can_do: [Say welcome]
knowledge_topics: [delivery]
tools:
  - { server: shop, tool: voucher, access: write }
""",
    "agents/billing.yaml": """\
id: billing
name: Bo
role: Explains invoices.
mode: supervision
can_do: [Explain an invoice]
cannot_do:
  - { description: Delete an account., phrases: [delete account] }
knowledge_topics: [delivery]
tools:
  - { server: shop, tool: refund, access: write, approval: { argument: amount, above: 50 } }
  - { server: shop, tool: orders, access: read, from_customer: { customer: contact_id } }
supervised_topics: [refund]
success:
  - { metric: automated_resolution, target: 0.6 }
""",
    "journeys/returning.yaml": """\
id: returning
title: A bicycle comes back
topics: [refund]
steps:
  - { id: pack, description: The customer packs it., next: [collect] }
  - { id: collect, description: We collect it., ai_agent: general }
""",
    "rules/large_sums.yaml": """\
id: large_sums
description: Much money of a Gold customer is for two people.
when:
  - { kind: amount, above: 1000 }
  - { kind: fact, name: plan, one_of: [Gold] }
  - { kind: expression, cel: "verified && grounding < 0.9" }
then: ask_approval
ask: { approvers: 2, roles: [lead], ladder: [{ after_minutes: 5, action: remind }] }
""",
    "rules/threats.yaml": """\
id: threats
description: Threats are for people.
when:
  - { kind: words, phrases: [my lawyer] }
then: escalate
""",
    "guidelines/calm.yaml": """\
id: calm
action: Stay calm.
when:
  - { kind: topic, topics: [refund] }
ai_agents: [billing]
""",
    "guidelines/short.yaml": """\
id: short
action: Write one sentence.
needs: [calm]
when:
  - { kind: expression, cel: "size(text) < 50" }
""",
    "macros/arrival.yaml": """\
id: arrival
description: When a bicycle arrives.
when:
  - { kind: topic, topics: [delivery] }
  - { kind: words, phrases: [how long] }
ai_agents: [general]
text: A bicycle of the {plan} plan arrives within 5 days.
""",
    "rules/promises.yaml": """\
id: promises
description: What promises something is read first.
ai_agents: [general]
when:
  - { kind: draft_words, phrases: [we promise] }
  - { kind: draft_facts, names: [plan] }
  - { kind: macro, macros: [arrival] }
  - { kind: expression, cel: "!draft.contains('5 days')" }
then: ask_approval
""",
    "journeys/welcome.yaml": """\
id: welcome
title: A new customer
topics: [delivery]
enter_by: [topic, person]
steps:
  - { id: hello, kind: message, text: Welcome., next: ask }
  - { id: ask, kind: question, text: Which, answer: choice, choices: [{ value: Gold }, { value: Silver }], next: which }
  - { id: which, kind: branch, conditions: [{ answer: ask, equals: Gold, next: credit }], next: rest }
  - { id: credit, kind: tool, ai_agent: greeter, server: shop, tool: voucher, arguments: { amount: 5 }, next: rest }
  - { id: rest, kind: wait, event: arrived, hours: 72, next: meet }
  - { id: meet, kind: check_in, role: lead }
""",
    "knowledge/delivery.md": """\
---
id: delivery
title: Delivery times
topic: delivery
source: https://wheels.example/delivery
updated: 2026-01-05
---

A bicycle arrives within 5 days.
""",
    "customers/customers.yaml": """\
accounts:
  - id: north
    name: North
    plan: Gold
    seats: 1
    status: active
    fields: { frame_size: 58 cm }
    invoices:
      - { number: W-1, issued: 2026-01-02, due: 2026-01-16, amount: 10.50, status: open }
contacts:
  - { id: c-1, account: north, name: Ada, email: ada@north.example, phone: +49 30 5550 }
""",
}


class Folder:
    """The files, and a way to spoil them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, file: str, text: str) -> None:
        (self.path / file).parent.mkdir(parents=True, exist_ok=True)
        (self.path / file).write_text(text, encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text
        self.write(file, text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    written = Folder(tmp_path / "wheels")
    for file, text in FILES.items():
        written.write(file, text)
    return written
