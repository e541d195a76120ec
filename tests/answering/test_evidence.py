"""What is measured on a message, its sources, the written text and the proposed actions."""

from decimal import Decimal
from typing import Any

import pytest

from answering.conditions import Guidance
from answering.evidence import Findings, evidence_of
from answering.precedents import NOTHING_ALIKE, Likeness
from answering.retrieval import Retrieved
from answering.understanding import Understood, UnderstoodPart
from domain.conversation.turn import Citation, CustomerContext, Evidence, Usage
from domain.quality.topics import TopicPrediction
from domain.specification.organisation import Sensitivity
from domain.specification.rules import Rule
from domain.specification.tools import AmountLimit, WriteTool
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall
from integrations.llm.base import Passage, ReplyRequest, WrittenReply
from tests.organisation import BILLING, READ_AT, SERVICE, SPECIFICATION, known_customer

LIMIT = AmountLimit(argument="amount", above=Decimal(100))
REFUND = WriteTool(server="shop", tool="refund", access="write", approval=LIMIT)
CANCEL = WriteTool(server="shop", tool="cancel", access="write", approval="always")
NOTE = WriteTool(server="shop", tool="note", access="write", approval="never")
CLERK = SERVICE.model_copy(update={"tools": (REFUND, CANCEL, NOTE)})
WRITTEN = WrittenReply(text="You find the tracking number in your order confirmation.", usage=Usage(model="local"))
SILENT = WrittenReply(usage=Usage(model="local"))


def passage(score: float, article: str = "delivery") -> Passage:
    text = "You find the tracking number in your order confirmation."
    return Passage(article_id=article, title="Delivery", source="https://shop.example", text=text, score=score)


def prediction(label: str = "delivery", confidence: float = 0.9, out_of_scope: float = 0.0) -> TopicPrediction:
    return TopicPrediction(
        label=label, probability=0.9, alternatives=(), out_of_scope=out_of_scope, confidence=confidence
    )


def part(
    retrieved: Retrieved, likeness: Likeness = NOTHING_ALIKE, facts: tuple[str, ...] = (), text: str = "x"
) -> UnderstoodPart:
    return UnderstoodPart(text, prediction(), likeness, retrieved, facts)


FOUND = part(Retrieved([passage(0.8)], coverage=0.9))


def evidence(question: str = "Where is my parcel?", **changes: Any) -> Evidence:
    """Of a plain question that was answered from an article, with these changes."""
    parts = changes.pop("parts", (FOUND,))
    ai_agent = changes.pop("ai_agent", SERVICE)
    request = ReplyRequest(
        organisation="bikeshop",
        language="en",
        ai_agent=ai_agent,
        question=question,
        passages=tuple(found.retrieved.ranked[0] for found in parts if found.retrieved.ranked),
        near_articles=changes.pop("near_articles", ()),
    )
    understood = Understood(
        ai_agent,
        changes.pop("prediction", prediction()),
        parts,
        changes.pop("wishes_for_person", False),
        request,
        changes.pop("topic_of", {}),
        promise_overdue=changes.pop("promise_overdue", False),
    )
    findings: dict[str, Any] = {
        "specification": SPECIFICATION,
        "understood": understood,
        "written": WRITTEN,
        "context": CustomerContext(),
    }
    return evidence_of(Findings(**{**findings, **changes}))


def act(tool: str = "refund", server: str = "shop", **arguments: Any) -> ProposedAction:
    amount = arguments.get("amount")
    known = Decimal(str(amount)) if isinstance(amount, int | float) else None
    return ProposedAction(server=server, tool=tool, arguments=arguments, amount=known)


def call(action: ProposedAction, state: Any = "done") -> RecordedCall:
    return RecordedCall(call_key="k", draft_id="d0", state=state, action=action, result="", claimed_at=READ_AT)


def rule(key: str, *when: dict[str, Any], **more: Any) -> Rule:
    return Rule.model_validate({"id": key, "description": "Why.", "when": when, "then": "escalate", **more})


class TestActions:
    @pytest.mark.parametrize(
        ("actions", "expected"),
        [
            ((), None),
            ((act(amount=100),), "within_limit"),
            ((act(amount=100.01),), "needs_approval"),
            ((act(amount=60), act(amount=40, order="2")), "within_limit"),
            ((act(amount=60), act(amount=41, order="2")), "needs_approval"),
            ((act(),), "needs_approval"),
            ((act(amount="many"),), "needs_approval"),
            ((act("cancel"),), "needs_approval"),
            ((act("note", text="x"),), "within_limit"),
            ((act("note", text="x"), act(amount=500)), "needs_approval"),
            ((act("delete"),), "needs_approval"),
            ((act("note", server="bank"),), "needs_approval"),
        ],
    )
    def test_what_is_within_the_limits_needs_nobody(
        self, actions: tuple[ProposedAction, ...], expected: str | None
    ) -> None:
        assert evidence(ai_agent=CLERK, actions=actions).action == expected

    @pytest.mark.parametrize(
        ("done", "expected"),
        [
            ((call(act(amount=50)),), "within_limit"),
            ((call(act(amount=51)),), "needs_approval"),
            ((call(act(amount=51), "failed"),), "within_limit"),
            ((call(act(amount=51), "claimed"),), "needs_approval"),
            ((call(act("note", text="x")),), "within_limit"),
            ((call(act(amount=50, order="1")),), "needs_approval"),
        ],
    )
    def test_what_was_done_earlier_counts_towards_the_limit(
        self, done: tuple[RecordedCall, ...], expected: str
    ) -> None:
        """The same thing once more needs people, whatever it costs; what failed was not done."""
        assert evidence(ai_agent=CLERK, actions=(act(amount=50, order="1"),), done=done).action == expected

    def test_without_the_tool_an_ai_agent_does_nothing_alone(self) -> None:
        assert evidence(ai_agent=SERVICE, actions=(act(amount=1),)).action == "needs_approval"


class TestRules:
    RULES = (
        rule("law", {"kind": "words", "phrases": ["my lawyer"]}),
        rule("vip", {"kind": "fact", "name": "plan", "one_of": ["gold"]}, {"kind": "topic", "topics": ["delivery"]}),
        rule("sum", {"kind": "expression", "cel": "amount > 100.0 && grounding > 0.9"}),
        rule("late", {"kind": "exchanges", "at_least": 2}),
        rule("owed", {"kind": "promise_overdue"}, {"kind": "expression", "cel": "promise_overdue"}),
        rule("fails", {"kind": "expression", "cel": "facts.region == 'EU'"}),
    )

    def held(self, question: str = "Where is my parcel?", **changes: Any) -> Evidence:
        return evidence(question, specification=SPECIFICATION.model_copy(update={"rules": self.RULES}), **changes)

    @pytest.mark.parametrize(
        ("question", "changes", "expected"),
        [
            ("Where is my parcel?", {}, ("late", "fails")),
            ("I will ask my good lawyer.", {}, ("law", "late", "fails")),
            ("Where is my parcel?", {"context": known_customer(plan="Gold")}, ("vip", "late", "fails")),
            ("Where is it?", {"context": known_customer(plan="Gold", region="US")}, ("vip", "late")),
            (
                "Where is it?",
                {"context": known_customer(plan="Gold"), "prediction": prediction(confidence=0.4)},
                ("late", "fails"),
            ),
            ("Where are my 100.01 EUR?", {}, ("sum", "late", "fails")),
            ("Where are my 100 EUR?", {}, ("late", "fails")),
            ("Where is it?", {"promise_overdue": True}, ("late", "owed", "fails")),
        ],
    )
    def test_those_hold_of_which_all_that_is_known_holds(
        self, question: str, changes: dict[str, Any], expected: tuple[str, ...]
    ) -> None:
        assert self.held(question, **changes).rules_held == expected

    def test_an_expression_that_fails_counts_as_holding_and_the_record_says_so(self) -> None:
        assert self.held().expressions_failed == ("fails",)
        assert self.held(context=known_customer(region="EU")).expressions_failed == ()

    def test_thanks_are_about_no_topic(self) -> None:
        thanks = self.held("Thank you!", context=known_customer(plan="Gold"))
        assert thanks.rules_held == ("late", "fails")

    def test_without_rules_none_were_looked_at(self) -> None:
        assert evidence().rules_held is None

    def test_the_guidelines_of_the_reply_are_part_of_the_record(self) -> None:
        found = self.held(guidance=Guidance(("brief",), ("Be brief.",), ("brief",)))
        assert found.guidelines == ("brief",)
        assert found.expressions_failed == ("fails", "brief")
        assert evidence(guidance=Guidance(failed=("brief",))).expressions_failed == ("brief",)


class TestGuardrails:
    """Rules about what was written."""

    RULES = (
        rule("words", {"kind": "draft_words", "phrases": ["tracking number"]}),
        rule("lacks", {"kind": "draft_lacks", "phrases": ["order confirmation", "by email"]}),
        rule("long", {"kind": "draft_length", "above": 100}),
        rule("pattern", {"kind": "expression", "cel": r"draft.matches('[0-9]{4} [0-9]{4}')"}),
        rule("told", {"kind": "draft_facts", "names": ["balance"]}),
        rule("macro", {"kind": "macro", "macros": ["eta"]}),
        rule("billing", {"kind": "draft_length", "above": 1}, ai_agents=["billing"]),
    )

    def held(self, text: str, **changes: Any) -> tuple[str, ...] | None:
        written = WrittenReply(text=text, usage=WRITTEN.usage).model_copy(update=changes.pop("written", {}))
        specification = SPECIFICATION.model_copy(update={"rules": self.RULES})
        return evidence(specification=specification, written=written, **changes).rules_held

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("It stands in your order confirmation.", ()),
            ("The TRACKING-number stands in your order confirmation.", ("words",)),
            ("We do not know.", ("lacks",)),
            ("You hear from us by email, " * 4, ("long",)),
            ("Sent by email to 1234 5678.", ("pattern",)),
            ("Look into your order confirmation: 1234-5678.", ()),
        ],
    )
    def test_they_hold_of_the_text_of_a_draft(self, text: str, expected: tuple[str, ...]) -> None:
        assert self.held(text) == expected

    def test_a_draft_of_nothing_lacks_nothing(self) -> None:
        assert self.held("") == ()

    def test_a_question_back_is_a_draft_too_and_no_reply(self) -> None:
        question = {"clarifying_question": "Which tracking number do you mean?"}
        assert self.held("", written=question) == ("words",)

    def test_a_question_that_is_not_asked_is_none(self) -> None:
        question = {"clarifying_question": "Which tracking number do you mean?"}
        assert self.held("By email.", written=question) == ()
        assert self.held("By email.", written=question, near_articles=("A", "B")) == ("words",)

    @pytest.mark.parametrize(
        ("text", "cited", "expected"),
        [
            ("By email: 12.5 EUR are open.", (), ("told",)),
            ("By email: 12.50 EUR are open.", (), ("told",)),
            ("By email: 112.50 EUR are open.", (), ()),
            ("By email, as ever.", ("fact:balance",), ("told",)),
            ("By email, as ever.", ("fact:plan",), ()),
        ],
    )
    def test_a_fact_is_told_by_its_source_or_by_its_value(
        self, text: str, cited: tuple[str, ...], expected: tuple[str, ...]
    ) -> None:
        cites = tuple(Citation(source_id=source, title=source) for source in cited)
        found = self.held(text, written={"citations": cites}, context=known_customer(balance="12.50", plan="Pro"))
        assert found == expected

    def test_they_hold_of_a_macro_by_its_name(self) -> None:
        assert self.held("By email.", macro="eta") == ("macro",)
        assert self.held("By email.", macro="other") == ()

    def test_they_may_be_about_one_ai_agent(self) -> None:
        assert self.held("By email.", ai_agent=BILLING) == ("billing",)


class TestMacros:
    def test_it_is_its_own_source_and_fits_as_surely_as_its_topic(self) -> None:
        poor = part(Retrieved([passage(0.1)], coverage=0.0), Likeness(answered=0.6, shares={"delivery": 0.9}))
        found = evidence(parts=(poor,), macro="eta", written=WrittenReply(text="Soon, 7 days.", usage=WRITTEN.usage))
        assert found.macro == "eta"
        assert (found.grounding, found.retrieval, found.search_lead, found.precedents_lead) == (1.0, 0.9, 1.0, 1.0)
        assert found.precedents == 0.6

    def test_what_asks_for_people_is_measured_as_ever(self) -> None:
        found = evidence("I want to talk to a human.", macro="eta", prediction=prediction(out_of_scope=0.8))
        assert (found.asks_for_person, found.topic_confidence) == (True, 0.9)
        assert found.out_of_scope > 0.05


class TestAmounts:
    @pytest.mark.parametrize(
        ("question", "actions", "expected"),
        [
            ("Where is my parcel?", (), None),
            ("I paid 20 EUR and 300 EUR.", (), Decimal(300)),
            ("I paid 20 EUR.", (act(amount=50),), Decimal(50)),
            ("What about bi-2?", (), Decimal("98.50")),
            ("What about BI-2 and 100 EUR?", (), Decimal(100)),
            ("What about BI-3?", (), Decimal("7000.00")),
            ("What about BI-9?", (), None),
        ],
    )
    def test_the_largest_that_is_meant(
        self, question: str, actions: tuple[ProposedAction, ...], expected: Decimal | None
    ) -> None:
        first = known_customer(invoice="BI-2: 98.50, issued 1 October 2026, open")
        second = known_customer(invoice="BI-3: 7000.00, issued 1 October 2026, open")
        third = known_customer(invoice="BI-9 is not described as usual")
        context = first.model_copy(update={"facts": (*first.facts, *second.facts, *third.facts)})
        assert evidence(question, actions=actions, context=context).amount == expected


class TestSources:
    def test_the_question_that_fares_worst_counts(self) -> None:
        good = Retrieved([passage(0.9), passage(0.2, "warranty")], coverage=0.9)
        poor = Retrieved([passage(0.5), passage(0.4, "warranty")], coverage=0.4)
        found = evidence(parts=(part(good), part(poor)))
        assert found.retrieval == 0.5
        assert found.retrieval_margin == pytest.approx(0.1)

    @pytest.mark.parametrize(("coverage", "expected"), [(0.0, 0.8), (0.5, 0.4), (1.0, 0.0)])
    def test_what_the_articles_know_is_not_out_of_scope(self, coverage: float, expected: float) -> None:
        parts = (part(Retrieved([passage(0.5)], coverage)), part(Retrieved([passage(0.5)], 1.0)))
        found = evidence(prediction=prediction(out_of_scope=0.8), parts=parts)
        assert found.out_of_scope == pytest.approx(expected)

    @pytest.mark.parametrize("source", ["fact:plan", "tool:order_status"])
    def test_what_stands_in_the_customers_records_needs_no_article(self, source: str) -> None:
        cited = WRITTEN.model_copy(update={"citations": (Citation(source_id=source, title="x"),)})
        found = evidence(written=cited, prediction=prediction(out_of_scope=0.9), parts=(part(Retrieved([], 0.0)),))
        assert found.from_facts
        assert (found.retrieval, found.retrieval_margin, found.out_of_scope) == (1.0, 1.0, 0.0)

    def test_a_question_that_the_records_answer_needs_no_article_and_the_other_one_does(self) -> None:
        records = part(Retrieved([passage(0.1)], 0.1), facts=("plan",))
        article = part(Retrieved([passage(0.7)], 0.7))
        sources = (Citation(source_id="fact:plan", title="plan"), Citation(source_id="delivery", title="Delivery"))
        told = WRITTEN.model_copy(update={"citations": sources})
        assert evidence(written=told, parts=(records, article)).retrieval == 0.7
        untold = WRITTEN.model_copy(update={"citations": sources[1:]})
        assert evidence(written=untold, parts=(records, article)).retrieval == 0.1

    def test_precedents_count_for_the_question_that_fares_worst(self) -> None:
        good = part(FOUND.retrieved, Likeness(0.9, {"delivery": 0.8, "warranty": 0.9}))
        poor = part(FOUND.retrieved, Likeness(0.4, {"delivery": 0.3, "person": 0.1, "answered": 0.9}))
        cited = WRITTEN.model_copy(update={"citations": (Citation(source_id="delivery", title="Delivery"),)})
        found = evidence(written=cited, parts=(good, poor))
        assert found.precedents == 0.4
        assert found.precedents_lead == pytest.approx(0.45)
        assert evidence(written=WRITTEN, parts=(good,)).precedents_lead == pytest.approx(0.05)

    def test_sources_and_tools_that_are_missing_are_named(self) -> None:
        found = evidence(context=CustomerContext(missing=("salesforce",)), missing_tools=("shop",))
        assert found.missing_sources == ("salesforce", "shop")


class TestWriting:
    def test_a_text_from_the_article_is_grounded_and_an_invention_is_not(self) -> None:
        assert evidence().grounding == 1.0
        invented = WRITTEN.model_copy(update={"text": "We pay you 5000 EUR tomorrow in Paris."})
        assert evidence(written=invented).grounding < 0.5

    def test_who_says_nothing_abstains(self) -> None:
        found = evidence(written=SILENT)
        assert (found.abstained, found.ambiguous, found.grounding) == (True, False, 0.0)

    @pytest.mark.parametrize(
        ("question", "out_of_scope", "asks_back"),
        [("it does not work", 0.9, True), ("Where is my parcel?", 0.2, True), ("Who won the match?", 0.9, False)],
    )
    def test_a_question_back_helps_with_what_is_vague_or_ours(
        self, question: str, out_of_scope: float, asks_back: bool
    ) -> None:
        asking = SILENT.model_copy(update={"clarifying_question": "Which one?"})
        parts = (part(Retrieved([passage(0.1)], coverage=0.0)),)
        scope = prediction(out_of_scope=out_of_scope)
        found = evidence(question, written=asking, prediction=scope, parts=parts)
        assert (found.ambiguous, found.abstained) == (asks_back, not asks_back)

    @pytest.mark.parametrize(
        ("near", "question", "expected"),
        [(("A", "B"), "A or B?", True), (("A", "B"), "", False), ((), "A or B?", False)],
    )
    def test_near_articles_count_where_the_draft_asks_which(
        self, near: tuple[str, ...], question: str, expected: bool
    ) -> None:
        asking = WRITTEN.model_copy(update={"clarifying_question": question})
        assert evidence(written=asking, near_articles=near).near_articles is expected


class TestTopics:
    @pytest.mark.parametrize(("confidence", "expected"), [(0.5, Sensitivity.FINANCIAL), (0.49, None)])
    def test_a_sensitive_topic_counts_where_it_is_sure(self, confidence: float, expected: Sensitivity | None) -> None:
        found = evidence("and then what about it", prediction=prediction("refund", confidence))
        assert found.sensitivity is expected

    def test_sensitive_words_count_whatever_the_topic(self) -> None:
        found = evidence("My lawyer will sue you.", prediction=prediction("delivery"))
        assert found.sensitivity is Sensitivity.LEGAL

    @pytest.mark.parametrize(("label", "supervised"), [("refund", True), ("delivery", False)])
    def test_a_supervised_topic_is_that_of_its_ai_agent(self, label: str, supervised: bool) -> None:
        assert evidence(ai_agent=BILLING, prediction=prediction(label)).supervised is supervised
        assert not evidence(ai_agent=SERVICE, prediction=prediction(label)).supervised

    @pytest.mark.parametrize(("article", "supervised"), [("refunds", True), ("delivery", False), ("unowned", False)])
    def test_an_article_of_a_supervised_topic_is_supervised_wherever_the_message_seemed_to_belong(
        self, article: str, supervised: bool
    ) -> None:
        cited = WRITTEN.model_copy(update={"citations": (Citation(source_id=article, title="x"),)})
        topic_of = {"refunds": "refund", "delivery": "delivery"}
        assert evidence(written=cited, topic_of=topic_of).supervised is supervised

    @pytest.mark.parametrize(("share", "supervised"), [(0.25, True), (0.24, False)])
    def test_where_drafts_for_such_messages_waited_for_approval_this_one_does(
        self, share: float, supervised: bool
    ) -> None:
        waited = part(FOUND.retrieved, Likeness(0.9, {"approved": share}))
        assert evidence(parts=(FOUND, waited)).supervised is supervised

    @pytest.mark.parametrize(("confidence", "escalates"), [(0.9, True), (0.3, False)])
    def test_a_topic_for_people_goes_to_people_where_it_is_sure(self, confidence: float, escalates: bool) -> None:
        topics = tuple(topic.model_copy(update={"escalate": topic.id == "warranty"}) for topic in SPECIFICATION.topics)
        specification = SPECIFICATION.model_copy(update={"topics": topics})
        found = evidence(specification=specification, prediction=prediction("warranty", confidence))
        assert found.topic_escalates is escalates

    def test_what_no_ai_agent_can_do_is_noticed_whoever_was_asked(self) -> None:
        """The topic may have led to the wrong one: the list stands with `service`."""
        assert evidence("Please delete account 7", ai_agent=BILLING).cannot_do == "delete an account"

    def test_an_unknown_topic_is_none(self) -> None:
        assert evidence(prediction=prediction("weather")).topic is None

    def test_the_ai_agents_own_threshold_goes_along(self) -> None:
        assert evidence(ai_agent=BILLING).escalate_below == 0.8
        assert evidence().escalate_below is None


@pytest.mark.parametrize("courtesy", ["Thank you very much!", "Are you a bot?"])
def test_a_courtesy_needs_no_source(courtesy: str) -> None:
    found = evidence(courtesy, prediction=prediction("refund", 0.1, 0.9), parts=(part(Retrieved([], 0.0)),))
    assert (found.topic_confidence, found.retrieval, found.out_of_scope, found.sensitivity) == (1.0, 1.0, 0.0, None)
