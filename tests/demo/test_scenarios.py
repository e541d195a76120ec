"""The scenarios themselves: enough of them, and what the organisation needs to play them."""

from collections import Counter
from random import Random

from demo.actions import (
    STAFF,
    AnswerInZendesk,
    EnterJourney,
    FollowJourney,
    Say,
    ScenarioAction,
    WaitForPublication,
)
from demo.organisation_scenarios import ON_A_JOURNEY
from demo.scenarios import ALL_CUSTOMERS, SCRIPTED, scenarios
from demo.vendor_scenarios import BY_VENDORS
from domain.journeys.answers import read_answer
from domain.specification.journeys import QuestionStep
from embedded.application import ROOT
from invariants.vendors import BY_VENDORS as CHANNELS
from publishing.specification import LoadedOrganisation, load_specification


def test_every_scripted_scenario_is_played_whatever_the_count() -> None:
    titles = {scenario.title for scenario in scenarios(48, Random(3))}
    assert titles >= {scenario.title for scenario in (*SCRIPTED, *BY_VENDORS)}
    assert len(scenarios(48, Random(3))) == 48
    assert len(scenarios(60, Random(3))) == 60


def test_equal_seeds_give_equal_scenarios() -> None:
    assert scenarios(60, Random(1)) == scenarios(60, Random(1))
    assert scenarios(60, Random(1)) != scenarios(60, Random(2))


def test_the_customers_of_the_scenarios_differ_and_are_in_the_directory() -> None:
    contacts = {contact.id for contact in load_specification(ROOT / "specs" / "techflow").directory.contacts}
    assert set(ALL_CUSTOMERS) <= contacts
    customers = [scenario.customer for scenario in scenarios(48, Random(1))]
    assert len(set(customers)) == len(customers)


def test_of_the_customers_of_vendors_nobody_has_two_scenarios() -> None:
    """Whoever is recognised goes on in the conversation that is open."""
    once = Counter(scenario.customer for scenario in BY_VENDORS)
    assert set(once.values()) == {1}
    assert not set(once) & {scenario.customer for scenario in SCRIPTED}


def test_every_channel_has_two_scenarios_outside_the_outage() -> None:
    told = Counter(scenario.channel for scenario in BY_VENDORS if scenario.arrives == "at once")
    assert all(told[channel] >= 2 for channel in CHANNELS)


def test_nobody_writes_the_same_twice_by_a_vendor() -> None:
    """A message is found again by its text."""
    for scenario in BY_VENDORS:
        texts = [text for action in scenario.actions if isinstance(action, Say) for text in action.texts]
        assert len(set(texts)) == len(texts)


def test_who_calls_or_texts_has_a_phone() -> None:
    contacts = {contact.id: contact for contact in load_specification(ROOT / "specs" / "techflow").directory.contacts}
    for scenario in BY_VENDORS:
        used = {scenario.channel, *(action.by for action in scenario.actions if isinstance(action, Say))}
        assert contacts[scenario.customer].phone or not used & {"sms", "phone"}


def test_whoever_acts_has_a_key() -> None:
    """In Zendesk itself a colleague needs none, and what a customer says is `by` a channel."""
    acting = {
        person
        for scenario in (*SCRIPTED, *BY_VENDORS)
        for action in scenario.actions
        if not isinstance(action, Say | AnswerInZendesk)
        for person in _who(action)
    }
    assert acting == set(STAFF)


def _who(action: ScenarioAction) -> tuple[str, ...]:
    by = getattr(action, "by", ())
    return (by,) if isinstance(by, str) else by


def test_a_journey_is_gone_over_steps_that_it_has_and_its_question_is_answered() -> None:
    loaded = load_specification(ROOT / "specs" / "techflow")
    (entered,) = (action for action in ON_A_JOURNEY.actions if isinstance(action, EnterJourney))
    journey = loaded.version.specification.journey(entered.journey)
    assert journey is not None
    assert set(entered.steps) <= {step.id for step in journey.steps}
    followed = [action.to for action in ON_A_JOURNEY.actions if isinstance(action, FollowJourney)]
    assert followed[-1] is None
    assert set(followed[:-1]) <= set(entered.steps)
    question = journey.step("ask_email")
    assert isinstance(question, QuestionStep)
    said = [text for action in ON_A_JOURNEY.actions if isinstance(action, Say) for text in action.texts]
    assert [text for text in said if read_answer(question, text)] == [_email(loaded, ON_A_JOURNEY.customer)]


def _email(loaded: LoadedOrganisation, customer: str) -> str:
    return next(contact.email for contact in loaded.directory.contacts if contact.id == customer)


def test_somebody_is_there_before_another_version_and_somebody_comes_after_each() -> None:
    awaiting = [one for one in SCRIPTED if any(isinstance(action, WaitForPublication) for action in one.actions)]
    assert [scenario.arrives for scenario in awaiting] == ["at once"]
    assert isinstance(awaiting[0].actions[0], Say)
    assert {scenario.arrives for scenario in SCRIPTED} == {"at once", "published", "rolled back"}


def test_whoever_chats_may_have_a_second_conversation_and_nobody_else() -> None:
    counts = Counter(scenario.customer for scenario in scenarios(80, Random(1)))
    chatting = {scenario.customer for scenario in SCRIPTED}
    assert {customer for customer, count in counts.items() if count > 1} <= {*chatting, *_free()}


def _free() -> set[str]:
    return set(ALL_CUSTOMERS) - {scenario.customer for scenario in (*SCRIPTED, *BY_VENDORS)}


def test_scenarios_have_several_turns() -> None:
    assert all(sum(isinstance(action, Say) for action in scenario.actions) >= 1 for scenario in SCRIPTED)
    turns = [
        sum(len(action.texts) for action in scenario.actions if isinstance(action, Say))
        for scenario in scenarios(60, Random(1))
    ]
    assert sum(turns) / len(turns) >= 2.5
