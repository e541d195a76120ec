"""Recorded turns under another version: what changes, what does not, and what nobody can know."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.conversation.decision import decide
from domain.conversation.redeciding import Reading, RecordedTurn, Redecided, Redecider
from domain.conversation.turn import Citation, Decision, DecisionRecord, Draft, Evidence, Outcome, Reason, Usage
from domain.specification.conditions import Asked
from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.organisation import (
    ApprovalRule,
    CannotDo,
    Mode,
    Sensitivity,
    ServiceLevels,
    SpecVersion,
    Thresholds,
)
from domain.specification.people import HumanAgentSpec, Team
from domain.specification.rules import Rule
from domain.specification.tools import ReadTool
from domain.specification.wording import SpecWording
from tests.organisation import ARTICLES, BILLING, SERVICE, SPECIFICATION, TOPICS, VERSION

LEA = HumanAgentSpec(id="lea", name="Lea", skills=("law",))
TILL = Team(id="till", name="Till", members=("lea",))
READING = Reading(sure_of_topic=0.5, topic_of={"refunds": "refund", "delivery": "delivery"})
LEARNT = READING.model_copy(update={"has_precedents": True})


def version(**fields: Any) -> SpecVersion:
    return VERSION.model_copy(update={"specification": SPECIFICATION.model_copy(update=fields)})


def service(**fields: Any) -> SpecVersion:
    return version(ai_agents=(SERVICE.model_copy(update=fields), BILLING))


def billing(**fields: Any) -> SpecVersion:
    return version(ai_agents=(SERVICE, BILLING.model_copy(update=fields)))


def delivery(**fields: Any) -> SpecVersion:
    return version(topics=(TOPICS[0], TOPICS[1].model_copy(update=fields), *TOPICS[2:]))


def refund(**fields: Any) -> SpecVersion:
    return version(topics=(*TOPICS[:2], TOPICS[2].model_copy(update=fields), TOPICS[3]))


def turn(
    ai_agent: str = "service",
    *,
    confidence: float = 0.9,
    mode: Mode | None = None,
    exchanges: int = 0,
    under: SpecVersion = VERSION,
    cites: str = "delivery",
    held_to: Mode | None = None,
    **evidence: Any,
) -> RecordedTurn:
    """A sure question about delivery, as it was decided under a version."""
    its_own = {"escalate_below": under.specification.ai_agent(ai_agent).escalate_below}
    found = Evidence(**{"topic": "delivery", "topic_confidence": 0.9, "out_of_scope": 0.1, **its_own, **evidence})
    draft = Draft(
        draft_id="draft-1",
        ai_agent=ai_agent,
        text="It is on its way.",
        citations=(Citation(source_id=cites, title=cites),),
        evidence=found,
        usage=Usage(model="local"),
        held_to=held_to,
    )
    decision = decide(
        evidence=found.under(mode, held_to),
        confidence=confidence,
        exchanges=exchanges,
        clarifications=0,
        thresholds=under.specification.thresholds,
        service_levels=under.specification.service_levels,
        sampling_key=draft.draft_id,
        rules=[rule.to_decide for rule in under.specification.rules],
    )
    record = DecisionRecord(
        turn=1,
        revision=1,
        confidence=confidence,
        exchanges=exchanges,
        clarifications=0,
        decision=decision,
        decided_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return RecordedTurn(
        conversation_id="conversation-1", turn=1, spec_hash=under.content_hash, draft=draft, record=record, mode=mode
    )


def about_money(**changes: Any) -> RecordedTurn:
    """A refund, which is sensitive by its topic and watched."""
    known: dict[str, Any] = {"topic": "refund", "sensitivity": Sensitivity.FINANCIAL, "supervised": True}
    return turn("billing", **{"cites": "refunds", **known, **changes})


def redecide(
    recorded: RecordedTurn, planned: SpecVersion, active: SpecVersion = VERSION, reading: Reading = READING
) -> Redecided:
    versions = {one.content_hash: one for one in (VERSION, active, planned)}
    return Redecider(active, planned, versions, reading).redecide([recorded])


def outcome(found: Redecided) -> str:
    """The kind of a change, why it is unknown, or nothing."""
    return " ".join((*found.kinds, *found.reasons))


RENAMED = "escalate, for another reason"
WORDS = "it depends on the words of the message, which no record tells"
UNSUPERVISED = {"mode": Mode.DELEGATION}

CASES: list[tuple[str, RecordedTurn, SpecVersion, str]] = [
    ("nothing changes", turn(), VERSION, ""),
    ("wording decides nothing", turn(), version(wording=SpecWording(clarify="Tell me more?")), ""),
    ("surer than the new threshold", turn(), version(thresholds=Thresholds(escalate_below=0.8)), ""),
    (
        "exactly the new threshold",
        turn(),
        version(thresholds=Thresholds(escalate_below=0.9, review_below=0.9, review_sample=0.1)),
        "",
    ),
    (
        "less sure than the new threshold",
        turn(),
        version(thresholds=Thresholds(escalate_below=0.95, review_below=0.95)),
        "send -> escalate",
    ),
    (
        "sure enough now",
        turn(confidence=0.6),
        version(thresholds=Thresholds(escalate_below=0.5, review_below=0.6, review_sample=0)),
        "escalate -> send",
    ),
    (
        "reviewed by chance no more",
        turn(confidence=0.75),
        version(thresholds=Thresholds(review_below=0.7, review_sample=0)),
        "send, reviewed otherwise",
    ),
    (
        "out of scope now, and escalated before",
        turn(confidence=0.6, out_of_scope=0.4),
        version(thresholds=Thresholds(out_of_scope_above=0.3)),
        "escalate, for another reason",
    ),
    ("the AI agent's own threshold", turn(), service(escalate_below=0.95), "send -> escalate"),
    ("that of another AI agent", turn(), billing(escalate_below=0.95), ""),
    ("fewer exchanges", turn(exchanges=3), version(service_levels=ServiceLevels(exchange_limit=3)), "send -> escalate"),
    (
        "more exchanges",
        turn(exchanges=5),
        version(service_levels=ServiceLevels(exchange_limit=6)),
        "escalate -> send",
    ),
    (
        "a topic that is watched now",
        turn(),
        service(mode=Mode.SUPERVISION, supervised_topics=("delivery",)),
        "send -> ask_approval",
    ),
    (
        "by an article of a topic that is watched now",
        turn("billing", topic=None),
        service(mode=Mode.SUPERVISION, supervised_topics=("delivery",)),
        "send -> ask_approval",
    ),
    ("in co-pilot now", turn(), service(mode=Mode.CO_PILOT), "send -> ask_approval"),
    ("another one in co-pilot now", turn(), billing(mode=Mode.CO_PILOT), ""),
    ("in co-pilot, but for a person's wish", turn(mode=Mode.DELEGATION), service(mode=Mode.CO_PILOT), ""),
    ("another topic is watched now", turn(), service(mode=Mode.SUPERVISION, supervised_topics=("account",)), ""),
    ("watched no more, but sensitive", about_money(), billing(**UNSUPERVISED), "ask_approval, for another reason"),
    (
        "watched by a person's wish",
        turn(mode=Mode.SUPERVISION),
        service(mode=Mode.SUPERVISION, supervised_topics=("delivery",)),
        "",
    ),
    (
        "let go by a person's wish",
        turn(mode=Mode.DELEGATION),
        service(mode=Mode.SUPERVISION, supervised_topics=("delivery",)),
        "",
    ),
    ("sensitive now", turn(), delivery(sensitivity=Sensitivity.LEGAL), "send -> ask_approval"),
    ("sensitive now, topic unsure", turn(topic_confidence=0.4), delivery(sensitivity=Sensitivity.LEGAL), ""),
    (
        "sensitive now, perhaps a courtesy",
        turn(topic_confidence=1.0, out_of_scope=0.0),
        delivery(sensitivity=Sensitivity.LEGAL),
        WORDS,
    ),
    ("sensitive by its words", turn(sensitivity=Sensitivity.LEGAL), delivery(sensitivity=Sensitivity.FINANCIAL), ""),
    ("sensitive no more, but watched", about_money(), refund(sensitivity=None), ""),
    ("the topic is for people now", turn(), delivery(escalate=True), "send -> escalate"),
    ("the topic is for people now, unsure", turn(topic_confidence=0.4), delivery(escalate=True), ""),
    (
        "words of a matter whose topic is for people now",
        turn(sensitivity=Sensitivity.FINANCIAL),
        refund(escalate=True),
        "ask_approval -> escalate",
    ),
    (
        "who approves",
        about_money(),
        version(approval_rules=(ApprovalRule(id="two", approvers=2),)),
        "ask_approval, by others",
    ),
    (
        "which team approves",
        about_money(),
        version(approval_rules=(ApprovalRule(id="one", team="till"),), people=(LEA,), teams=(TILL,)),
        "ask_approval, by others",
    ),
    (
        "which skill who approves has",
        about_money(),
        version(approval_rules=(ApprovalRule(id="one", skill="law"),), people=(LEA,)),
        "ask_approval, by others",
    ),
    ("people whom nothing asks", about_money(), version(people=(LEA,), teams=(TILL,)), ""),
    ("the same approvers by another rule", about_money(), version(approval_rules=(ApprovalRule(id="one"),)), ""),
    (
        "a rule for more money",
        about_money(),
        version(approval_rules=(ApprovalRule(id="a", amount_above=9, approvers=2),)),
        "",
    ),
    (
        "a new phrase may hit",
        turn(),
        service(cannot_do=(*SERVICE.cannot_do, CannotDo(description="fly", phrases=("fly me",)))),
        WORDS,
    ),
    (
        "a phrase that was not hit is gone",
        turn(),
        service(cannot_do=()),
        "",
    ),
    (
        "the entry that was hit is gone",
        turn(cannot_do="delete an account"),
        service(cannot_do=()),
        "escalate -> send",
    ),
    (
        "one of the phrases that may have hit is gone",
        turn(cannot_do="delete an account"),
        service(cannot_do=(CannotDo(description="delete an account", phrases=("delete account",)),)),
        WORDS,
    ),
    (
        "the entry has moved to another AI agent",
        turn(cannot_do="delete an account"),
        version(
            ai_agents=(
                SERVICE.model_copy(update={"cannot_do": ()}),
                BILLING.model_copy(update={"cannot_do": SERVICE.cannot_do}),
            )
        ),
        "",
    ),
    ("an article", turn(), VERSION.model_copy(update={"articles": ARTICLES[:3]}), "articles have changed"),
    ("examples", turn(), delivery(examples=("where is it", "when", "how long")), "the topics would be learnt anew"),
    ("another model", turn(), version(out_of_scope_examples=("sing",)), "messages would be read anew"),
    ("another CRM", turn(), version(crm="salesforce"), "other facts of customers would be known"),
    ("another voice", turn(), version(voice="dry"), "every AI agent would sound otherwise"),
    ("a disclosure", turn(), version(disclosure="An AI writes to you."), ""),
    ("a private fact that no tool is given", turn(), version(private_facts=("iban",)), ""),
    ("another tone", turn(), service(tone="formal"), "the AI agent service would write another text"),
    ("the tone of another AI agent", turn(), billing(tone="formal"), ""),
    (
        "the AI agent is gone",
        about_money(),
        version(ai_agents=(SERVICE,), topics=tuple(one.model_copy(update={"ai_agent": "service"}) for one in TOPICS)),
        "the AI agent billing would write another text",
    ),
    (
        "another AI agent's topic",
        turn(),
        delivery(ai_agent="billing"),
        "the topic delivery would be another AI agent's",
    ),
    ("asked for a person, whatever is read", turn(asks_for_person=True), delivery(examples=("a", "b", "c")), ""),
    ("injection, whatever is read", turn(injection=True), VERSION.model_copy(update={"articles": ()}), ""),
    ("too many exchanges, whatever is read", turn(exchanges=5), VERSION.model_copy(update={"articles": ()}), ""),
    ("an entry that stays, whatever is read", turn(cannot_do="delete an account"), service(tone="formal"), ""),
]


@pytest.mark.parametrize(("recorded", "planned", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_each_turn_is_changed_unchanged_or_unknown(recorded: RecordedTurn, planned: SpecVersion, expected: str) -> None:
    found = redecide(recorded, planned)
    assert outcome(found) == expected
    assert found.turns == 1
    assert found.unchanged == (not expected)


def test_what_was_in_co_pilot_is_sent_when_it_is_so_no_more() -> None:
    co_pilot = service(mode=Mode.CO_PILOT)
    recorded = turn(under=co_pilot, held_to=Mode.CO_PILOT)
    assert outcome(redecide(recorded, VERSION, active=co_pilot)) == "ask_approval -> send"


def test_a_change_names_the_turn_and_both_decisions() -> None:
    (changed,) = redecide(turn(), delivery(sensitivity=Sensitivity.LEGAL)).changed
    assert (changed.conversation_id, changed.turn, changed.ai_agent, changed.topic) == (
        "conversation-1",
        1,
        "service",
        "delivery",
    )
    assert (changed.before.reason, changed.after.reason) == ("confident", "sensitive_topic")


def test_what_like_messages_had_may_have_been_the_reason_to_ask() -> None:
    """Where labelled messages say what waits for approval, a topic that is watched no more need not be sent."""
    watched = about_money(sensitivity=None, under=refund(sensitivity=None))
    active, planned = (
        refund(sensitivity=None),
        version(
            topics=refund(sensitivity=None).specification.topics,
            ai_agents=billing(**UNSUPERVISED).specification.ai_agents,
        ),
    )
    assert outcome(redecide(watched, planned, active)) == "ask_approval -> send"
    assert outcome(redecide(watched, planned, active, LEARNT)) == WORDS


def test_a_turn_of_an_older_version_is_compared_with_the_active_one() -> None:
    """Its record says send; the active version asks already, and so would the planned one."""
    asks = service(mode=Mode.SUPERVISION, supervised_topics=("delivery",))
    planned = version(ai_agents=asks.specification.ai_agents, name="Renamed")
    assert outcome(redecide(turn(), planned, active=asks)) == ""
    assert outcome(redecide(turn(), VERSION, active=asks)) == "ask_approval -> send"


def test_a_turn_that_an_older_version_read_counts_as_read_so() -> None:
    """The articles have changed since, but not by what is planned."""
    newer = VERSION.model_copy(update={"articles": ARTICLES[:3]})
    planned = newer.model_copy(update={"specification": delivery(sensitivity=Sensitivity.LEGAL).specification})
    assert outcome(redecide(turn(), planned, active=newer)) == "send -> ask_approval"
    assert outcome(redecide(turn(), VERSION, active=newer)) == "articles have changed"


def test_a_turn_of_an_ai_agent_that_is_no_more_is_unknown() -> None:
    topics = tuple(one.model_copy(update={"ai_agent": "service"}) for one in TOPICS)
    active = version(ai_agents=(SERVICE,), topics=topics)
    planned = version(ai_agents=(SERVICE,), topics=topics, name="Renamed")
    assert outcome(redecide(about_money(), planned, active=active)) == "the AI agent billing is no more"
    assert outcome(redecide(about_money(injection=True), planned, active=active)) == ""


def test_what_waited_because_automatic_sending_was_stopped_is_unknown() -> None:
    recorded = turn()
    stopped = Decision(outcome=Outcome.ASK_APPROVAL, reason=Reason.SENDING_STOPPED)
    waited = recorded.model_copy(update={"record": recorded.record.model_copy(update={"decision": stopped})})
    assert outcome(redecide(waited, service(escalate_below=0.95))) == "automatic sending was stopped"


def test_a_record_that_its_own_version_does_not_give_is_unknown() -> None:
    strange = turn(confidence=0.9).model_copy(update={"mode": Mode.SUPERVISION})
    assert outcome(redecide(strange, service(escalate_below=0.95))) == (
        "it is decided differently by the version that it was decided by"
    )


def test_other_labelled_messages_are_read_by_another_model_even_where_no_file_of_the_version_has_changed() -> None:
    relearnt = READING.model_copy(update={"relearnt": True})
    assert outcome(redecide(turn(), VERSION, reading=relearnt)) == "labelled messages have changed"
    assert outcome(redecide(turn(injection=True), VERSION, reading=relearnt)) == ""


LAWYER, GOLD = {"kind": "words", "phrases": ["lawyer"]}, {"kind": "fact", "name": "plan", "one_of": ["Gold"]}
TOPIC, LARGE = {"kind": "topic", "topics": ["delivery"]}, {"kind": "amount", "above": 100}
RECORDED = {"kind": "expression", "cel": "amount > 50.0"}
WRITTEN = {"kind": "draft_words", "phrases": ["on its way"]}
PROMISED = {"kind": "draft_words", "phrases": ["i promise"]}
LONG = {"kind": "draft_length", "above": 10}
TELLS_PLAN = {"kind": "draft_facts", "names": ["plan"]}
ETA = {"kind": "macro", "macros": ["eta"]}
UNRECORDED = {"kind": "expression", "cel": "text.contains('bike')"}
EXCHANGES = {"kind": "exchanges", "at_least": 2}


def rule(*when: dict[str, Any], key: str = "rule", then: str = "escalate", **more: Any) -> Rule:
    return Rule.model_validate({"id": key, "description": "Why.", "when": when, "then": then, **more})


def ruled(*rules: Rule) -> SpecVersion:
    return version(rules=rules)


def evaluate(expression: str, known: Asked) -> bool | None:
    """As a library would, for the one expression that these tests have evaluated."""
    assert expression == RECORDED["cel"]
    return known.amount > 50


def judged_by(recorded: RecordedTurn, active: SpecVersion, planned: SpecVersion) -> str:
    versions = {one.content_hash: one for one in (VERSION, active, planned)}
    return outcome(Redecider(active, planned, versions, READING, evaluate).redecide([recorded]))


def under(*rules: Rule, held: tuple[str, ...] | None = (), **changes: Any) -> tuple[RecordedTurn, SpecVersion]:
    """A turn that was decided with these rules, of which so many held, and the version that has them."""
    active = ruled(*rules)
    return turn(under=active, rules_held=held, **changes), active


PLAIN = turn(), VERSION
RULES: list[tuple[str, tuple[RecordedTurn, SpecVersion], SpecVersion, str]] = [
    ("a new rule that holds", PLAIN, ruled(rule(TOPIC)), "send -> escalate"),
    ("a new rule that asks", PLAIN, ruled(rule(TOPIC, then="ask_approval")), "send -> ask_approval"),
    ("a new rule that does not hold", PLAIN, ruled(rule(LARGE)), ""),
    ("a new rule about an unsure topic", (turn(topic_confidence=0.4), VERSION), ruled(rule(TOPIC)), ""),
    ("a new rule about words", PLAIN, ruled(rule(LAWYER)), WORDS),
    ("a new rule about words that does not hold by what is known", PLAIN, ruled(rule(LAWYER, LARGE)), ""),
    ("a new rule about words, still to be decided", PLAIN, ruled(rule(LAWYER, EXCHANGES)), ""),
    ("a new rule about facts", PLAIN, ruled(rule(GOLD)), WORDS),
    ("a new expression over what is recorded", (turn(amount=60), VERSION), ruled(rule(RECORDED)), "send -> escalate"),
    ("a new expression that is false", (turn(amount=40), VERSION), ruled(rule(RECORDED)), ""),
    ("a new expression over the message", PLAIN, ruled(rule(UNRECORDED)), WORDS),
    ("a new rule about what was written", PLAIN, ruled(rule(WRITTEN)), "send -> escalate"),
    ("a new rule about what was not written", PLAIN, ruled(rule(PROMISED)), ""),
    (
        "a new rule about what every draft lacks",
        PLAIN,
        ruled(rule(PROMISED | {"kind": "draft_lacks"})),
        "send -> escalate",
    ),
    ("a new rule about long drafts", PLAIN, ruled(rule(LONG, then="ask_approval")), "send -> ask_approval"),
    ("a new rule about facts that were told", PLAIN, ruled(rule(TELLS_PLAN)), WORDS),
    ("a new rule about a macro", (turn(macro="eta"), VERSION), ruled(rule(ETA)), "send -> escalate"),
    ("a new rule about another macro", (turn(macro="other"), VERSION), ruled(rule(ETA)), ""),
    ("a new rule of its AI agent", PLAIN, ruled(rule(TOPIC, ai_agents=["service"])), "send -> escalate"),
    ("a new rule of another AI agent", PLAIN, ruled(rule(TOPIC, ai_agents=["billing"])), ""),
    (
        "a rule that held becomes another AI agent's",
        under(rule(LAWYER), held=("rule",)),
        ruled(rule(LAWYER, ai_agents=["billing"])),
        "escalate -> send",
    ),
    ("too much that no record tells", PLAIN, ruled(*(rule(LAWYER | {"phrases": [n]}, key=n) for n in "abcd")), WORDS),
    (
        "too much that no record tells, and escalated anyhow",
        (turn(injection=True), VERSION),
        ruled(*(rule(LAWYER | {"phrases": [n]}, key=n) for n in "abcd")),
        "",
    ),
    ("a rule that stays and held", under(rule(LAWYER), held=("rule",)), ruled(rule(LAWYER), rule(LARGE, key="b")), ""),
    ("a rule that stays and did not hold", under(rule(LAWYER)), ruled(rule(LAWYER), rule(LARGE, key="b")), ""),
    ("a rule that held is gone", under(rule(LAWYER), held=("rule",)), VERSION, "escalate -> send"),
    ("a rule that did not hold is gone", under(rule(LAWYER)), VERSION, ""),
    (
        "a rule that held asks instead",
        under(rule(LAWYER), held=("rule",)),
        ruled(rule(LAWYER, then="ask_approval")),
        "escalate -> ask_approval",
    ),
    ("a rule that held demands less", under(rule(LAWYER, TOPIC), held=("rule",)), ruled(rule(LAWYER)), ""),
    (
        "a rule that held demands more that was not so",
        under(rule(LAWYER), held=("rule",)),
        ruled(rule(LAWYER, LARGE)),
        "escalate -> send",
    ),
    ("another name of a rule that held", under(rule(LAWYER), held=("rule",)), ruled(rule(LAWYER, key="b")), RENAMED),
    (
        "a rule that held asks others",
        under(rule(LAWYER, then="ask_approval"), held=("rule",)),
        ruled(rule(LAWYER, then="ask_approval", ask={"approvers": 2})),
        "ask_approval, by others",
    ),
    (
        "drafted where no rule was known",
        under(rule(LAWYER), held=None),
        ruled(rule(LAWYER), rule(TOPIC, key="b")),
        WORDS,
    ),
]


@pytest.mark.parametrize(("recorded", "planned", "expected"), [case[1:] for case in RULES], ids=[c[0] for c in RULES])
def test_rules_are_applied_anew_to_what_is_recorded(
    recorded: tuple[RecordedTurn, SpecVersion], planned: SpecVersion, expected: str
) -> None:
    made, active = recorded
    assert judged_by(made, active, planned) == expected


def test_without_a_way_to_evaluate_them_expressions_are_unknown() -> None:
    assert outcome(redecide(turn(amount=60), ruled(rule(RECORDED)))) == WORDS


def test_other_guidelines_lead_to_another_text() -> None:
    guideline = Guideline(id="brief", action="Be brief.", ai_agents=("service",))
    assert outcome(redecide(turn(), version(guidelines=(guideline,)))) == "the AI agent service has other guidelines"
    assert outcome(redecide(about_money(), version(guidelines=(guideline,)))) == ""


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (turn(), "the AI agent service has other macros"),
        (turn(topic="account", cites="password"), ""),
        (turn(topic=None), ""),
        (about_money(), ""),
    ],
)
def test_other_macros_lead_to_another_text_on_their_topic(recorded: RecordedTurn, expected: str) -> None:
    eta = Macro.model_validate(
        {"id": "eta", "description": "Why.", "when": [TOPIC], "text": "Soon.", "ai_agents": ["service"]}
    )
    assert outcome(redecide(recorded, version(macros=(eta,)))) == expected


def test_a_private_fact_that_tools_are_given_may_lead_to_another_text() -> None:
    tool = ReadTool(server="shop", tool="look_up", access="read", from_customer={"account": "iban"})
    ai_agents = (SERVICE.model_copy(update={"tools": (tool,)}), BILLING)
    active, planned = (version(ai_agents=ai_agents, private_facts=private) for private in ((), ("iban",)))
    found = redecide(turn(under=active), planned, active)
    assert outcome(found) == "models would see other arguments of tools"


def test_the_most_frequent_kinds_come_first() -> None:
    planned = version(thresholds=Thresholds(escalate_below=0.95, review_below=0.95), crm="salesforce")
    strict = version(
        thresholds=Thresholds(escalate_below=0.95, review_below=0.95), service_levels=ServiceLevels(exchange_limit=2)
    )
    turns = [turn(), turn(exchanges=2), turn(confidence=0.6, exchanges=2), turn(confidence=0.99)]
    found = Redecider(VERSION, strict, {VERSION.content_hash: VERSION}, READING).redecide(turns)
    assert found.kinds == {"send -> escalate": 2, "escalate, for another reason": 1}
    assert (found.turns, found.unchanged) == (4, 1)
    unknown = Redecider(VERSION, planned, {VERSION.content_hash: VERSION}, READING).redecide(turns)
    assert unknown.reasons == {"other facts of customers would be known": 4}
