"""The stories themselves: enough of them, and what the organisation needs to play them."""

from random import Random

from cli.demo.steps import STAFF, Decide, DecideTooLate, HandBack, Reply, Say, TakeOver
from cli.demo.stories import ALL_CUSTOMERS, WITH_A_PLOT, stories
from cli.platform.application import ROOT
from integrations.specification import load_specification


def test_every_story_with_a_plot_is_played_whatever_the_count() -> None:
    assert {story.title for story in stories(24, Random(3))} >= {story.title for story in WITH_A_PLOT}
    assert len(stories(60, Random(3))) == 60


def test_equal_seeds_give_equal_stories() -> None:
    assert stories(44, Random(1)) == stories(44, Random(1))
    assert stories(44, Random(1)) != stories(44, Random(2))


def test_the_customers_of_the_stories_differ_and_are_in_the_directory() -> None:
    contacts = {contact.id for contact in load_specification(ROOT / "specs" / "techflow").directory.contacts}
    assert set(ALL_CUSTOMERS) <= contacts
    customers = [story.customer for story in stories(44, Random(1))]
    assert len(set(customers)) == len(customers)


def test_whoever_acts_has_a_key() -> None:
    acting = {
        step.by
        for story in WITH_A_PLOT
        for step in story.steps
        if isinstance(step, Decide | DecideTooLate | TakeOver | Reply | HandBack)
    }
    assert acting <= set(STAFF)


def test_stories_have_several_turns() -> None:
    assert all(sum(isinstance(step, Say) for step in story.steps) >= 1 for story in WITH_A_PLOT)
    turns = [sum(len(step.texts) for step in story.steps if isinstance(step, Say)) for story in stories(44, Random(1))]
    assert sum(turns) / len(turns) >= 2.5
