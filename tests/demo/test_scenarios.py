"""The scenarios themselves: enough of them, and what the organisation needs to play them."""

from collections import Counter
from random import Random

from demo.actions import STAFF, Decide, DecideTooLate, HandBack, Reply, ReplyInVain, Say, TakeOver
from demo.scenarios import ALL_CUSTOMERS, SCRIPTED, scenarios
from demo.vendor_scenarios import BY_VENDORS
from embedded.application import ROOT
from invariants.vendors import BY_VENDORS as CHANNELS
from publishing.specification import load_specification


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
    told = Counter(scenario.channel for scenario in BY_VENDORS if not scenario.during_outage)
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
    acting = {
        action.by
        for scenario in (*SCRIPTED, *BY_VENDORS)
        for action in scenario.actions
        if isinstance(action, Decide | DecideTooLate | TakeOver | Reply | ReplyInVain | HandBack)
    }
    assert acting <= set(STAFF)


def test_scenarios_have_several_turns() -> None:
    assert all(sum(isinstance(action, Say) for action in scenario.actions) >= 1 for scenario in SCRIPTED)
    turns = [
        sum(len(action.texts) for action in scenario.actions if isinstance(action, Say))
        for scenario in scenarios(60, Random(1))
    ]
    assert sum(turns) / len(turns) >= 2.5
