"""Mistakes as people make them, one at a time: each is told with its file, its line and what to write instead."""

from typing import NamedTuple

import pytest

from publishing.specification import Mistake, SpecificationError, load_specification
from tests.publishing.specification.conftest import Folder

ORGANISATION = "organisation.yaml"
TOPICS = "topics.yaml"
GENERAL = "agents/general.yaml"
BILLING = "agents/billing.yaml"
JOURNEY = "journeys/returning.yaml"
LARGE_SUMS = "rules/large_sums.yaml"
THREATS = "rules/threats.yaml"
CALM = "guidelines/calm.yaml"
ARRIVAL = "macros/arrival.yaml"
PROMISES = "rules/promises.yaml"
SHORT = "guidelines/short.yaml"
WELCOME = "journeys/welcome.yaml"
ARTICLE = "knowledge/delivery.md"
CUSTOMERS = "customers/customers.yaml"
NAME = "name: Wheels"


class Seed(NamedTuple):
    """A change to a valid folder, and what is told about it."""

    file: str
    old: str
    new: str
    line: int | None
    problem: str
    remedy: str
    told_in: str | None = None
    """Where, if not in the file that is changed."""


def trust(
    *, to: str = "supervision", measure: str = "drafts_unchanged", bound: str = "0.8", more: str = "", down: str = ""
) -> str:
    """What an AI agent is to earn, on one line."""
    step = f"{{ to: {to}, measure: {measure}, bound: {bound}, conversations: 50, days: 30 }}"
    falls = f", down: {down}" if down else ""
    return f"trust: {{ up: [{', '.join(filter(None, (step, more)))}]{falls} }}"


SEEDS = {
    # The text is no YAML.
    "a colon in a text": Seed(TOPICS, "title: Delivery", "title: Delivery: when", 3, "mapping values", "in quotes"),
    "a tab": Seed(GENERAL, "role:", "\trole:", 3, "'\\t'", "Indent with spaces"),
    "an open bracket": Seed(
        GENERAL, "[plan, frame_size]", "[plan, frame_size", 6, "expected ',' or ']'", "Close the list"
    ),
    "an open quote": Seed(GENERAL, "name: Gil", 'name: "Gil', 2, "unexpected end of stream", "Close the quote"),
    "a sign at the beginning": Seed(GENERAL, "name: Gil", "name: @gil", 2, "'@'", "in quotes"),
    "another indentation": Seed(
        TOPICS, "    ai_agent: general", "   ai_agent: general", 4, "<block end>", "same number of spaces"
    ),
    "no colon": Seed(GENERAL, "name: Gil", "name Gil", 2, "could not find expected ':'", "Write a colon"),
    "an alias of nothing": Seed(GENERAL, "name: Gil", "name: *gil", 2, "undefined alias", "Define it with &"),
    "an alias within itself": Seed(
        GENERAL, "[plan, ", "&facts [plan, *facts, ", 6, "stands within", "nothing can hold"
    ),
    "two documents": Seed(GENERAL, "role:", "---\nrole:", 3, "another document", "one document"),
    "a tag": Seed(GENERAL, "name: Gil", "name: !!binary R2ls", 2, "!!binary is not allowed", "Remove the tag"),
    "a key that is a list": Seed(GENERAL, "name: Gil", "[name]: Gil", 2, "a key is a list", "plain name"),
    "a control character": Seed(GENERAL, "Gil", "Gi\x07l", 2, "U+0007", "Remove it"),
    "a key twice": Seed(GENERAL, "role:", "name: Gal\nrole:", 3, "stands twice", "line 2"),
    "no finite number": Seed(ORGANISATION, "amount_above: 500", "amount_above: .inf", 8, "finite", "Write a number"),
    # The text is no such file.
    "an unknown key": Seed(GENERAL, "role:", "roll: x\nrole:", 3, "no such key", "Did you mean 'role'?"),
    "an unknown key far inside": Seed(
        ORGANISATION, "{ weekday: 0,", "{ weekday: 0, day: 1,", 6, "no such", "'weekday'"
    ),
    "an unknown key of one kind": Seed(
        BILLING, "access: read,", "access: read, approval: x,", 11, "no such", "personal"
    ),
    "an unknown key of a choice": Seed(
        BILLING, "above: 50 }", "above: 50, over: 1 }", 10, "no such", "argument, above"
    ),
    "a missing key": Seed(GENERAL, "name: Gil\n", "", 1, "is missing", "Add it."),
    "a missing key inside": Seed(TOPICS, "    title: Refunds\n", "", 6, "is missing", "Add it."),
    "a missing kind": Seed(ORGANISATION, " transport: http,", "", 14, "transport is missing", "of what kind"),
    "an unknown kind": Seed(
        ORGANISATION, "transport: http", "transport: ftp", 14, "none of the words", "'stdio', 'http'"
    ),
    "no value": Seed(GENERAL, "name: Gil", "name:", 2, "has no value", "leave the key out"),
    "a number for a text": Seed(GENERAL, "name: Gil", "name: 7", 2, "a number, and a text is wanted", "in quotes"),
    "a truth value for a text": Seed(GENERAL, "name: Gil", "name: true", 2, "true or false", "in quotes"),
    "a list for a text": Seed(GENERAL, "name: Gil", "name: [Gil]", 2, "is no text", "one text"),
    "a text for a list": Seed(GENERAL, "can_do: [Say when a bicycle arrives]", "can_do: Help", 4, "no list", "`- `"),
    "a text for a mapping": Seed(ORGANISATION, "name: Wheels", "name: Wheels\nmodel: local", 3, "no mapping", "`key:"),
    "a text for a number": Seed(ORGANISATION, "0.70", "70 %", 16, "is no number", "without units"),
    "a fraction for a whole number": Seed(ORGANISATION, "approvers: 2", "approvers: 1.5", 8, "whole", "such as 3"),
    "an amount with a currency": Seed(
        BILLING, "above: 50", "above: 50 EUR", 10, "is no number", "without its currency"
    ),
    "neither true nor false": Seed(
        TOPICS, "sensitivity: financial", "escalate: sometimes", 9, "neither", "true or false"
    ),
    "an unknown word": Seed(
        TOPICS, "sensitivity: financial", "sensitivity: money", 9, "none of the words", "'financial'"
    ),
    "a word for a mapping or a word": Seed(
        BILLING, "approval: { argument: amount, above: 50 }", "approval: often", 10, "none of the words", "'always'"
    ),
    "a number out of range": Seed(ORGANISATION, "weekday: 0", "weekday: 7", 6, "too high", "6 or less"),
    "a number below its range": Seed(ORGANISATION, "after_minutes: 30", "after_minutes: 0", 11, "too low", "above 0"),
    "too few examples": Seed(TOPICS, ", when does it arrive, track my parcel]", "]", 5, "1 of the 3", "at least 3"),
    "a key in capitals": Seed(GENERAL, "id: general", "id: General", 1, "another form", "small letters"),
    "an address without its scheme": Seed(ORGANISATION, "https://shop", "shop", 14, "another form", "https://"),
    "an empty file": Seed(GENERAL, "id: general\nname: Gil\n", "#", 2, "is missing", "Add it."),
    # Dates, times and languages.
    "a day that is none": Seed(ARTICLE, "2026-01-05", "2026-02-30", 6, "is no date", "such as 2026-03-31"),
    "a date in words": Seed(CUSTOMERS, "2026-01-16", "soon", 9, "is no date", "such as 2026-03-31"),
    "a time in words": Seed(ORGANISATION, "opens: 09:30", "opens: 9 am", 6, "no time of day", "such as 08:00"),
    "hours of no length": Seed(ORGANISATION, "closes: 18:00", "closes: 09:30", 6, "same time", "00:00 to 24:00"),
    "an unknown time zone": Seed(
        ORGANISATION, "  hours:", "  timezone: Europe/Berln\n  hours:", 5, "no IANA time zone", "'Europe/Berlin'"
    ),
    "an unknown language": Seed(
        ORGANISATION, "name: Wheels", "name: Wheels\nlanguage: german", 3, "no known language", "Did you mean 'de'?"
    ),
    "an unknown code of a language": Seed(
        ORGANISATION, "name: Wheels", "name: Wheels\nlanguages: [de, xx]", 3, "no known language 'xx'", "Use one of ar"
    ),
    "hours twice": Seed(
        ORGANISATION,
        "approval_rules:",
        "    - { weekday: 0, opens: 09:30, closes: 18:00 }\napproval_rules:",
        7,
        "the same opening hours",
        "weekday",
    ),
    # Names that lead nowhere, and names that stand twice.
    "an unknown default": Seed(ORGANISATION, "ai_agent: general", "ai_agent: genral", 3, "no AI agent", "'general'"),
    "an unknown AI agent of a topic": Seed(TOPICS, "ai_agent: billing", "ai_agent: billin", 8, "no AI", "'billing'"),
    "an unknown AI agent of a rule": Seed(ORGANISATION, "[billing]", "[sales]", 8, "no AI agent 'sales'", "billing, g"),
    "an unknown AI agent of a step": Seed(
        JOURNEY, "ai_agent: general }", "ai_agent: porter }", 6, "no AI agent 'porter'", "billing, general"
    ),
    "an unknown topic of an AI agent": Seed(BILLING, "topics: [refund]", "topics: [refnd]", 12, "no topic", "'refund'"),
    "an unknown topic of a journey": Seed(JOURNEY, "[refund]", "[refunds]", 3, "no topic 'refunds'", "'refund'"),
    "an unknown step": Seed(JOURNEY, "next: [collect]", "next: [colect]", 5, "no step 'colect'", "'collect'"),
    "an unknown tool server": Seed(
        BILLING, "server: shop, tool: refund", "server: sop, tool: refund", 10, "'sop'", "'shop'"
    ),
    "an unknown article topic": Seed(GENERAL, "[delivery]", "[delivry]", 5, "no article has", "'delivery'"),
    "an unknown fact": Seed(GENERAL, "frame_size", "frame_sice", 6, "no customer has", "'frame_size'"),
    "an unknown fact of a tool": Seed(BILLING, "contact_id", "contact", 11, "no customer has", "'contact_id'"),
    "an unknown channel": Seed(
        ORGANISATION, "name: Wheels", "name: Wheels\nchannels: { webchat: {} }", 3, "no adapter 'webchat'", "'web_chat'"
    ),
    "an unknown CRM": Seed(
        ORGANISATION, "name: Wheels", "name: Wheels\ncrm: directry", 3, "no adapter 'directry'", "'directory'"
    ),
    "an unknown account": Seed(CUSTOMERS, "account: north", "account: nort", 11, "no account 'nort'", "'north'"),
    "two topics with one id": Seed(TOPICS, "id: refund", "id: delivery", 6, "'delivery' stands twice", "its own name"),
    "two AI agents with one id": Seed(GENERAL, "id: general", "id: billing", 1, "stands twice", "its own name"),
    "two rules with one id": Seed(ORGANISATION, "id: money", "id: large", 9, "'large' stands twice", "its own name"),
    "two steps with one id": Seed(JOURNEY, "id: collect", "id: pack", 6, "'pack' stands twice", "its own name"),
    "a tool twice": Seed(BILLING, "tool: orders", "tool: refund", 11, "'refund' stands twice", "Keep one"),
    # What is valid and cannot be meant.
    "thresholds in the wrong order": Seed(ORGANISATION, "0.85", "0.50", 15, "lower than", "the same or more"),
    "rungs in the wrong order": Seed(
        ORGANISATION, "minutes: 120", "minutes: 20", 12, "comes after 20", "soonest first"
    ),
    "a rung that widens to nobody": Seed(ORGANISATION, "widen, roles: [lead]", "widen", 12, "no roles", "[lead]"),
    "a rule that nobody may approve": Seed(ORGANISATION, "roles: [lead] }", "roles: [] }", 8, "nobody", "[approver]"),
    "a rule that never applies": Seed(
        ORGANISATION, "large, ai_agents: [billing], amount_above: 500, ", "large, ", 9, "never applies", "Move it up"
    ),
    "an AI agent that nothing leads to": Seed(
        TOPICS, "ai_agent: billing", "ai_agent: general", 1, "leads to", "of a topic", BILLING
    ),
    "supervision of nothing": Seed(BILLING, "supervised_topics: [refund]\n", "", 4, "unapproved", "supervised_topics"),
    "a phrase without words": Seed(BILLING, "[delete account]", '["!"]', 7, "every message", "`delete account`"),
    "a share above 1": Seed(BILLING, "target: 0.6", "target: 60", 14, "above 1", "0 to 1: 0.6."),
    "one example of two topics": Seed(TOPICS, "return my bike", "track my parcel", 10, "has the same", "where such"),
    "an empty text": Seed(TOPICS, "title: Delivery", 'title: " "', 3, "is empty", "Write what"),
    "an article that nobody may cite": Seed(
        ARTICLE, "topic: delivery", "topic: fit", 4, "may cite", "knowledge_topics"
    ),
    "a journey that never ends": Seed(
        JOURNEY, "ai_agent: general }", "next: [pack] }", 5, "never ends", "lead on to a last one"
    ),
    "a step that is never reached": Seed(JOURNEY, ", next: [collect] }", " }", 6, "no step leads", "`next`"),
    "a model that is its own fallback": Seed(
        ORGANISATION,
        "name: Wheels",
        "name: Wheels\nmodel: { writer: local, fallbacks: [local] }",
        3,
        "asked already",
        "Name another",
    ),
    "a budget without prices": Seed(
        ORGANISATION,
        "name: Wheels",
        "name: Wheels\nmodel: { writer: 'openai:a', monthly_budget: 5 }",
        3,
        "lacks prices",
        "Add openai:a",
    ),
    "notes that are kept nowhere": Seed(
        ORGANISATION, "name: Wheels", "name: Wheels\ncrm_notes: [resolved]", 3, "keeps no notes", "another CRM"
    ),
    # Rules and guidelines.
    "an unknown kind of condition": Seed(
        THREATS, "kind: words", "kind: word", 4, "none of the words", "Did you mean 'words'?"
    ),
    "a condition without a kind": Seed(THREATS, "kind: words, ", "", 4, "kind is missing", "of what kind"),
    "a key of another kind of condition": Seed(THREATS, "phrases:", "topics:", 4, "no such key", "kind, phrases"),
    "a condition that needs a draft": Seed(
        CALM, "kind: topic, topics: [refund]", "kind: confidence, below: 0.5", 4, "none of the words", "'topic'"
    ),
    "no values of a fact": Seed(LARGE_SUMS, "one_of: [Gold]", "one_of: []", 5, "0 of the 1", "at least 1"),
    "another consequence": Seed(THREATS, "then: escalate", "then: escalat", 5, "none of the words", "'escalate'"),
    "an approval of what escalates": Seed(
        LARGE_SUMS, "then: ask_approval", "then: escalate", 1, "no effect with", "Leave it out"
    ),
    "an unknown topic of a guideline": Seed(CALM, "[refund]", "[refnd]", 4, "no topic 'refnd'", "'refund'"),
    "an unknown AI agent of a guideline": Seed(CALM, "[billing]", "[biling]", 5, "no AI agent", "'billing'"),
    "an unknown guideline": Seed(SHORT, "[calm]", "[clam]", 3, "no guideline 'clam'", "'calm'"),
    "an unknown fact of a rule": Seed(LARGE_SUMS, "name: plan", "name: plam", 5, "no customer has", "'plan'"),
    "two rules with one name": Seed(THREATS, "id: threats", "id: large_sums", 1, "stands twice", "its own name"),
    "a rule with the name of an approval rule": Seed(THREATS, "id: threats", "id: money", 1, "an approval", "its own"),
    "two guidelines with one name": Seed(SHORT, "id: short", "id: calm", 1, "stands twice", "its own name"),
    "a rule that nobody may approve by": Seed(LARGE_SUMS, "roles: [lead]", "roles: []", 8, "nobody", "[approver]"),
    "a rule below one that always comes first": Seed(
        THREATS,
        "when:\n  - { kind: words, phrases: [my lawyer] }\n",
        "when: [{ kind: amount, above: 900 }]\n",
        1,
        "'threats' holds whenever",
        "Narrow that one",
        LARGE_SUMS,
    ),
    "conditions that never hold together": Seed(
        LARGE_SUMS,
        'kind: expression, cel: "verified && grounding < 0.9"',
        "kind: fact, name: plan, one_of: [Silver]",
        6,
        "never holds together",
        "Keep one",
    ),
    "a phrase of a rule without words": Seed(THREATS, "[my lawyer]", '["?"]', 4, "every message", "`delete account`"),
    "an unknown name in an expression": Seed(LARGE_SUMS, "verified", "verifed", 6, "no 'verifed'", "'verified'"),
    "an expression that does not end": Seed(LARGE_SUMS, " < 0.9", " <", 6, "at letter", "the guide"),
    "a number beside a text in an expression": Seed(LARGE_SUMS, "< 0.9", "< 'x'", 6, "overload", "such as 50.0"),
    "an expression that is no question": Seed(
        LARGE_SUMS, "verified && grounding < 0.9", "amount", 6, "neither", "Compare"
    ),
    "an expression that goes through a list": Seed(
        LARGE_SUMS, "verified &&", "missing_sources.all(s, s == 'x') &&", 6, "goes through a list", "`in`"
    ),
    "a draft in a guideline's expression": Seed(
        SHORT, "size(text) < 50", "grounding < 0.5", 5, "no 'grounding'", "Use one of"
    ),
    "a guideline that excludes what it needs": Seed(
        SHORT, "needs: [calm]", "needs: [calm]\nexcludes: [calm]", 4, "excludes 'calm'", "Take it out"
    ),
    "guidelines in a circle": Seed(CALM, "ai_agents:", "needs: [short]\nai_agents:", 5, "needs itself", "circle", CALM),
    "words erased while a message may still reopen": Seed(
        ORGANISATION,
        "default_ai_agent:",
        "retention: { conversation_days: 6.5 }\ndefault_ai_agent:",
        3,
        "after 6.5 days what a message reopens for 7",
        "Write 7 or more",
    ),
    # Teams and people. Their lines are 18 to 22 of the organisation.
    "an unknown member of a team": Seed(ORGANISATION, "[ada, ", "[adda, ", 19, "no person 'adda'", "'ada'"),
    "an unknown team of an approval rule": Seed(
        ORGANISATION, "counter, skill", "conter, skill", 9, "no team", "'counter'"
    ),
    "an unknown team of a rule": Seed(LARGE_SUMS, "roles: [lead]", "team: desk", 8, "no team 'desk'", "counter"),
    "an unknown team of a rung": Seed(
        ORGANISATION, "roles: [lead] }\ntool", "team: desk }\ntool", 12, "no team", "counter"
    ),
    "an unknown team of a rule's rung": Seed(
        LARGE_SUMS, "action: remind", "action: widen, team: desk", 8, "no team 'desk'", "counter"
    ),
    "a team of nobody": Seed(ORGANISATION, "[ada, Bo.Lind]", "[]", 19, "0 of the 1", "at least 1"),
    "a member twice": Seed(ORGANISATION, "[ada, Bo.Lind]", "[ada, ada]", 19, "'ada' stands twice", "leave one out"),
    "two teams with one id": Seed(
        ORGANISATION,
        "people:\n",
        "  - { id: counter, name: B, members: [ada] }\npeople:\n",
        20,
        "stands twice",
        "own name",
    ),
    "two people with one id": Seed(ORGANISATION, "id: Bo.Lind", "id: ada", 22, "'ada' stands twice", "its own name"),
    "an address for a person's id": Seed(ORGANISATION, "id: ada", "id: ada@x", 21, "another form", "no address"),
    "a skill that nobody has": Seed(ORGANISATION, "skill: refund", "skill: refnd", 9, "nobody has", "'refund'"),
    "a skill of a rule that nobody has": Seed(
        LARGE_SUMS, "roles: [lead]", "skill: law", 8, "nobody has the skill 'law'", "delivery, refund"
    ),
    "a skill that nobody of the team has": Seed(
        ORGANISATION, "[ada, Bo.Lind]", "[Bo.Lind]", 9, "nobody of the team 'counter'", "Give it to a member"
    ),
    "more approvers than people": Seed(
        ORGANISATION, "skill: refund", "skill: refund, approvers: 2", 9, "1 of the people", "Ask for fewer"
    ),
    "a role that nobody asked has": Seed(
        ORGANISATION, "skill: refund", "skill: refund, roles: [cashier]", 9, "none of the people", "Name a role"
    ),
    "a skill twice": Seed(ORGANISATION, "[refund], languages", "[refund, refund], languages", 21, "twice", "leave one"),
    "an unknown language of a person": Seed(
        ORGANISATION, "[en, fr]", "[en, xx]", 21, "no known language", "Use one of"
    ),
    "a person who takes nothing": Seed(ORGANISATION, "at_most: 4", "at_most: 0", 21, "too low", "1 or more"),
    "a person without a name": Seed(ORGANISATION, "name: Bo,", "name: ' ',", 22, "is empty", "Write what"),
    "hours of a person twice": Seed(
        ORGANISATION,
        "at_most: 4",
        "hours: [{ weekday: 0, opens: 09:30, closes: 18:00 }, { weekday: 0, opens: 09:30, closes: 18:00 }]",
        21,
        "the same opening hours",
        "weekday",
    ),
    # Trust that nobody could earn, or that leads too far.
    "trust with nothing to earn": Seed(
        GENERAL, "customer_facts", f"mode: co_pilot\n{trust()}\ncustomer_facts", 7, "nothing to earn", "Set `mode`"
    ),
    "trust that begins with the last step": Seed(
        GENERAL, "customer_facts", f"{trust(to='delegation')}\ncustomer_facts", 6, "step to supervision", "then the one"
    ),
    "trust that moves up into co-pilot": Seed(
        GENERAL, "customer_facts", f"{trust(to='co_pilot')}\ncustomer_facts", 6, "leads to co_pilot", "each once"
    ),
    "trust beyond the mode": Seed(
        BILLING,
        "success:",
        f"{trust(more='{ to: delegation, measure: csat, bound: 0.8, conversations: 9, days: 9 }')}\nsuccess:",
        13,
        "freer than its mode supervision",
        "Set `mode: delegation`",
    ),
    "trust by what cannot be measured": Seed(
        GENERAL,
        "customer_facts",
        f"{trust(measure='csat')}\ncustomer_facts",
        6,
        "cannot be measured",
        "drafts_unchanged",
    ),
    "trust that falls where it rises": Seed(
        GENERAL,
        "customer_facts",
        f"{trust(down='{ measure: drafts_unchanged, bound: 0.8, days: 7 }')}\ncustomer_facts",
        6,
        "may move up at 0.8",
        "below 0.8",
    ),
    "trust over days that count nothing": Seed(
        GENERAL,
        "customer_facts",
        f"{trust(down='{ measure: missed_escalation, bound: 0.2, days: 7 }')}\ncustomer_facts",
        6,
        "counts nothing",
        "8 or more",
    ),
    "trust without a step": Seed(
        GENERAL, "customer_facts", "trust: { up: [] }\ncustomer_facts", 6, "0 of the 1", "at least 1"
    ),
    "trust that needs certainty": Seed(
        GENERAL, "customer_facts", f"{trust(bound='1')}\ncustomer_facts", 6, "too high", "below 1"
    ),
    "trust by an unknown measure": Seed(
        GENERAL,
        "customer_facts",
        f"{trust(measure='draft_unchanged')}\ncustomer_facts",
        6,
        "none of",
        "'drafts_unchanged'",
    ),
    # Journeys that are carried out.
    "an unknown kind of step": Seed(WELCOME, "kind: wait", "kind: nap", 10, "none of the words", "'wait'"),
    "a key of another kind of step": Seed(WELCOME, "role: lead", "role: lead, text: Hi", 11, "no such key", "role"),
    "a missing key of a step": Seed(WELCOME, "kind: message, text: Welcome.", "kind: message", 6, "missing", "Add it."),
    "a missing key of a step that has its kind's name": Seed(
        WELCOME, "kind: check_in, role: lead", "kind: ai_agent, ai_agent: general", 11, "is missing", "Add it."
    ),
    "one choice": Seed(WELCOME, ", { value: Silver }", "", 7, "a choice needs", "List them under choices"),
    "a wait for nothing": Seed(WELCOME, "event: arrived, hours: 72, ", "", 10, "waits for nothing", "Name an event"),
    "a time of no length": Seed(WELCOME, "hours: 72", "hours: 0", 10, "too low", "above 0"),
    "an unknown step of a condition": Seed(WELCOME, "next: credit }", "next: credt }", 8, "no step", "'credit'"),
    "an unknown question": Seed(WELCOME, "answer: ask, eq", "answer: aks, eq", 8, "no question 'aks'", "'ask'"),
    "an unknown tool server of a step": Seed(WELCOME, "server: shop", "server: shp", 9, "no tool server", "'shop'"),
    "an unknown journey": Seed(
        WELCOME, "kind: check_in, role: lead", "kind: journey, journey: welcme", 11, "no journey 'welcme'", "'welcome'"
    ),
    "an unknown fact of a step": Seed(
        WELCOME, "answer: ask, equals", "fact: frame_sice, equals", 8, "no customer has", "'frame_size'"
    ),
    "a tool that its AI agent may not use": Seed(
        WELCOME, "ai_agent: greeter", "ai_agent: billing", 9, "may not use shop.voucher", "access: write"
    ),
    "a circle that never waits": Seed(
        WELCOME, "amount: 5 }, next: rest", "amount: 5 }, next: which", 8, "without waiting", "a question or a wait"
    ),
    "a journey that is a part of itself": Seed(
        WELCOME, "kind: check_in, role: lead", "kind: journey, journey: welcome", 11, "a part of", "Leave one"
    ),
    "a journey in words that begins": Seed(
        JOURNEY, "topics: [refund]", "topics: [refund]\nenter_by: [topic]", 4, "never begun", "each step a kind"
    ),
    "a journey that no topic begins": Seed(WELCOME, "topics: [delivery]\n", "", 3, "topics names none", "in topics"),
    # Macros, and rules about drafts.
    "an unknown fact of a macro": Seed(ARRIVAL, "{plan}", "{plam}", 7, "may not tell the fact 'plam'", "'plan'?"),
    "a fact that its AI agent may not tell": Seed(
        ARRIVAL, "[general]", "[general, billing]", 7, "'billing' may not tell", "customer_facts"
    ),
    "a stray bracket": Seed(ARRIVAL, "{plan}", "{plan", 7, "belongs to no fact", "as {plan}"),
    "an unknown AI agent of a macro": Seed(ARRIVAL, "[general]", "[generel]", 6, "no AI agent", "'general'"),
    "an unknown topic of a macro": Seed(ARRIVAL, "[delivery]", "[delivry]", 4, "no topic", "'delivery'"),
    "a macro without conditions": Seed(
        ARRIVAL,
        "when:\n  - { kind: topic, topics: [delivery] }\n  - { kind: words, phrases: [how long] }\n",
        "when: []\n",
        3,
        "0 of the 1",
        "at least 1",
    ),
    "a macro about its own draft": Seed(ARRIVAL, "kind: words", "kind: draft_words", 5, "none of the words", "'words'"),
    "a macro in no language of ours": Seed(
        ARRIVAL, "ai_agents", "language: de\nai_agents", 6, "answers nobody in 'de'", "languages of organisation.yaml"
    ),
    "an expression of a macro about its draft": Seed(
        ARRIVAL, "kind: words, phrases: [how long]", "kind: expression, cel: draft != ''", 5, "no 'draft'", "text"
    ),
    "an unknown macro": Seed(PROMISES, "[arrival]", "[arival]", 7, "no macro 'arival'", "'arrival'"),
    "an unknown fact of a draft": Seed(PROMISES, "[plan]", "[plam]", 6, "no customer has", "'plan'"),
    "an unknown AI agent of a rule about drafts": Seed(
        PROMISES, "[general]", "[generel]", 3, "no AI agent", "'general'"
    ),
    "an expression about no part of a draft": Seed(PROMISES, "!draft.", "!drafts.", 8, "no 'drafts'", "'draft'"),
    # The article around its head.
    "no front matter": Seed(ARTICLE, "---\nid", "id", 1, "no front matter", "Begin with `---`"),
    "an article without text": Seed(ARTICLE, "A bicycle arrives within 5 days.", "", 2, "no text", "below the front"),
    "a private fact on a card": Seed(
        ORGANISATION, NAME, f"{NAME}\nprivate_facts: [plan]", 6, "'plan' is a private fact", "Leave it out", GENERAL
    ),
    "an unknown private fact": Seed(
        ORGANISATION, NAME, f"{NAME}\nprivate_facts: [seat]", 3, "no customer has the fact 'seat'", "'seats'"
    ),
}


def mistakes(folder: Folder) -> tuple[Mistake, ...]:
    with pytest.raises(SpecificationError) as raised:
        load_specification(folder.path)
    return raised.value.mistakes


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_a_seeded_mistake_is_told_with_file_line_and_remedy(folder: Folder, seed: Seed) -> None:
    folder.replace(seed.file, seed.old, seed.new)
    found = mistakes(folder)
    told = [(mistake.file, mistake.line) for mistake in found if seed.problem in mistake.problem]
    assert (seed.told_in or seed.file, seed.line) in told, "\n".join(map(str, found))
    assert any(seed.remedy in mistake.remedy for mistake in found if seed.problem in mistake.problem), found
    assert all(mistake.remedy[-1] in ".?" and mistake.problem[-1] != "." for mistake in found)


def test_there_are_enough_of_them() -> None:
    assert len(SEEDS) >= 40


def test_all_are_told_at_once_in_the_order_of_files_and_lines(folder: Folder) -> None:
    for name in (
        "a colon in a text",
        "an unknown key",
        "a day that is none",
        "an unknown step",
        "a phrase without words",
    ):
        seed = SEEDS[name]
        folder.replace(seed.file, seed.old, seed.new)
    found = mistakes(folder)
    assert [(mistake.file, mistake.line) for mistake in found] == [
        ("agents/billing.yaml", 7),
        ("agents/general.yaml", 3),
        ("journeys/returning.yaml", 5),
        ("knowledge/delivery.md", 6),
        ("topics.yaml", 3),
    ]
