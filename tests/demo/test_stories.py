"""The stories themselves: enough of them, and what the organisation needs to play them."""

from collections import Counter
from random import Random

from demo.steps import STAFF, Decide, DecideTooLate, HandBack, Reply, ReplyInVain, Say, TakeOver
from demo.stories import ALL_CUSTOMERS, WITH_A_PLOT, stories
from demo.stories_by_vendors import BY_VENDORS
from embedded.application import ROOT
from invariants.vendors import BY_VENDORS as CHANNELS
from publishing.specification import load_specification


def test_every_story_with_a_plot_is_played_whatever_the_count() -> None:
    titles = {story.title for story in stories(48, Random(3))}
    assert titles >= {story.title for story in (*WITH_A_PLOT, *BY_VENDORS)}
    assert len(stories(48, Random(3))) == 48
    assert len(stories(60, Random(3))) == 60


def test_equal_seeds_give_equal_stories() -> None:
    assert stories(60, Random(1)) == stories(60, Random(1))
    assert stories(60, Random(1)) != stories(60, Random(2))


def test_the_customers_of_the_stories_differ_and_are_in_the_directory() -> None:
    contacts = {contact.id for contact in load_specification(ROOT / "specs" / "techflow").directory.contacts}
    assert set(ALL_CUSTOMERS) <= contacts
    customers = [story.customer for story in stories(48, Random(1))]
    assert len(set(customers)) == len(customers)


def test_of_the_customers_of_vendors_nobody_has_two_stories() -> None:
    """Whoever is recognised goes on in the conversation that is open."""
    once = Counter(story.customer for story in BY_VENDORS)
    assert set(once.values()) == {1}
    assert not set(once) & {story.customer for story in WITH_A_PLOT}


def test_every_channel_has_two_stories_outside_the_outage() -> None:
    told = Counter(story.channel for story in BY_VENDORS if not story.during_outage)
    assert all(told[channel] >= 2 for channel in CHANNELS)


def test_nobody_writes_the_same_twice_by_a_vendor() -> None:
    """A message is found again by its text."""
    for story in BY_VENDORS:
        texts = [text for step in story.steps if isinstance(step, Say) for text in step.texts]
        assert len(set(texts)) == len(texts)


def test_who_calls_or_texts_has_a_phone() -> None:
    contacts = {contact.id: contact for contact in load_specification(ROOT / "specs" / "techflow").directory.contacts}
    for story in BY_VENDORS:
        used = {story.channel, *(step.by for step in story.steps if isinstance(step, Say))}
        assert contacts[story.customer].phone or not used & {"sms", "phone"}


def test_whoever_acts_has_a_key() -> None:
    acting = {
        step.by
        for story in (*WITH_A_PLOT, *BY_VENDORS)
        for step in story.steps
        if isinstance(step, Decide | DecideTooLate | TakeOver | Reply | ReplyInVain | HandBack)
    }
    assert acting <= set(STAFF)


def test_stories_have_several_turns() -> None:
    assert all(sum(isinstance(step, Say) for step in story.steps) >= 1 for story in WITH_A_PLOT)
    turns = [sum(len(step.texts) for step in story.steps if isinstance(step, Say)) for story in stories(60, Random(1))]
    assert sum(turns) / len(turns) >= 2.5
