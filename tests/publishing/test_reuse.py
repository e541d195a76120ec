"""When models that were fitted before are those that fitting would give."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from answering.topics.ngram import NgramTopicModel
from domain.conversation.turn import CustomerContext
from domain.quality.evaluation import LabelledMessage
from domain.specification.approvers import LadderRung
from domain.specification.calendar import BusinessCalendar
from domain.specification.journeys import DescribedStep, Journey
from domain.specification.organisation import ApprovalRule, OrganisationSpec, RetentionRules, SpecVersion
from domain.specification.people import HumanAgentSpec, Team
from publishing.fitting import fit_models
from publishing.reuse import NOT_LEARNT_FROM, basis_of, code_hash, fitted_from
from tests.organisation import SPECIFICATION, VERSION, known_customer

LABELLED = (
    LabelledMessage(id="1", text="How do I reset my password?", expected="answer", topic="account"),
    LabelledMessage(id="2", text="What plan am I on?", expected="answer", articles=("fact:plan",), customer="dana"),
)
CONTEXTS = {"dana": known_customer(plan="Gold"), "eve": known_customer(plan="Silver")}


def changed(**changes: object) -> SpecVersion:
    return VERSION.model_copy(update={"specification": SPECIFICATION.model_copy(update=changes)})


def with_rules(role: str) -> SpecVersion:
    """The organisation with other approval rules."""
    return changed(approval_rules=(ApprovalRule(id="all", approvers=2, roles=(role,)),))


OTHERS: dict[str, object] = {
    "calendar": BusinessCalendar(timezone="Asia/Tokyo"),
    "crm": "salesforce",
    "helpdesk": "zendesk",
    "crm_notes": ("resolved",),
    "crm_fields": {"region": "Region__c"},
    "open_conversations": "move",
    "approval_rules": (ApprovalRule(id="all", approvers=2, roles=("lead",)),),
    "ladder": (LadderRung(after_minutes=5, action="remind"),),
    "queue_ladder": (LadderRung(after_minutes=5, action="remind"),),
    "journeys": (Journey(id="first", title="First", steps=(DescribedStep(id="one", description="Do it."),)),),
    "knowledge_sources": (),
    "people": (HumanAgentSpec(id="ada", name="Ada", skills=("delivery",)),),
    "teams": (Team(id="counter", name="Counter", members=("ada",)),),
    "retention": RetentionRules(conversation_days=400),
}
EVERYTHING_ELSE = changed(**OTHERS)


def hashed(
    version: SpecVersion = VERSION,
    labelled: tuple[LabelledMessage, ...] = LABELLED,
    contexts: dict[str, CustomerContext] = CONTEXTS,
    embedder: str = "small",
) -> str:
    return fitted_from(basis_of(version), labelled, contexts, embedder)


def test_what_nothing_is_learnt_from_changes_no_model() -> None:
    """The same to the last digit, so models that were fitted for another version of it may be taken."""
    assert NOT_LEARNT_FROM.keys() == OTHERS.keys() <= OrganisationSpec.model_fields.keys()
    before, after = (fit_models(version, LABELLED, CONTEXTS) for version in (VERSION, EVERYTHING_ELSE))
    assert before.calibration == after.calibration
    texts = [text for topic in SPECIFICATION.topics for text in topic.examples]
    first, second = (NgramTopicModel.from_bytes(models.topic_model) for models in (before, after))
    assert [first.classify(text) for text in texts] == [second.classify(text) for text in texts]
    assert hashed(EVERYTHING_ELSE) == hashed(VERSION)
    assert EVERYTHING_ELSE.content_hash != VERSION.content_hash


@pytest.mark.parametrize("field", NOT_LEARNT_FROM)
def test_each_of_them_alone_keeps_the_hash(field: str) -> None:
    assert hashed(changed(**{field: OTHERS[field]})) == hashed()


def _with_article() -> SpecVersion:
    first, *others = VERSION.articles
    return VERSION.model_copy(update={"articles": (first.model_copy(update={"body": "New."}), *others)})


def _with_example() -> SpecVersion:
    first, *others = SPECIFICATION.topics
    return changed(topics=(first.model_copy(update={"examples": (*first.examples, "one more")}), *others))


def _with_limit() -> SpecVersion:
    first, *others = SPECIFICATION.ai_agents
    return changed(ai_agents=(first.model_copy(update={"escalate_below": 0.99}), *others))


@pytest.mark.parametrize(
    "other",
    [
        lambda: hashed(_with_article()),
        lambda: hashed(_with_example()),
        lambda: hashed(_with_limit()),
        lambda: hashed(changed(out_of_scope_examples=("What is the weather?",))),
        lambda: hashed(changed(thresholds=SPECIFICATION.thresholds.model_copy(update={"out_of_scope_above": 0.9}))),
        lambda: hashed(changed(wording=SPECIFICATION.wording.model_copy(update={"clarify": "Pardon?"}))),
        lambda: hashed(labelled=LABELLED[:1]),
        lambda: hashed(labelled=(LABELLED[0].model_copy(update={"expected": "clarify"}), LABELLED[1])),
        lambda: hashed(contexts=CONTEXTS | {"dana": known_customer(plan="Bronze")}),
        lambda: hashed(contexts={}),
        lambda: hashed(embedder="large"),
    ],
)
def test_what_is_learnt_from_changes_the_hash(other: Callable[[], str]) -> None:
    assert other() != hashed()


def test_of_customers_only_those_count_whom_messages_name_and_not_when_they_were_read() -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    facts = tuple(fact.model_copy(update={"as_of": later}) for fact in CONTEXTS["dana"].facts)
    read_later = CONTEXTS["dana"].model_copy(update={"facts": facts})
    assert facts
    assert hashed(contexts={"dana": read_later}) == hashed()


def test_the_code_that_fits_has_one_hash() -> None:
    assert len(code_hash()) == 32
    assert code_hash() == code_hash()
