"""What the scenarios take for granted of their actions."""

import pytest

from demo.actions import STAFF, Say, Scenario, say
from gateway.auth import INTEGRATION, ROLES_ASCENDING


def test_a_plain_action_is_one_message_sent_once() -> None:
    assert say("Hello") == Say(texts=("Hello",), then="anything", copies=1, connection="kept", webhooks="sound")


def test_several_texts_are_one_burst() -> None:
    assert say("Hello", "Are you there?", then="answer", copies=3) == Say(
        texts=("Hello", "Are you there?"), then="answer", copies=3
    )


def test_an_unknown_way_of_saying_is_an_error() -> None:
    with pytest.raises(TypeError):
        say("Hello", loudly=True)


def test_a_scenario_is_a_web_chat_from_the_start_unless_it_says_otherwise() -> None:
    scenario = Scenario("title", "c-1", (say("Hello"),))
    assert (scenario.channel, scenario.is_direct, scenario.arrives) == ("web_chat", False, "at once")


def test_everybody_who_helps_has_roles_that_the_gateway_knows() -> None:
    assert {role for roles in STAFF.values() for role in roles} <= {*ROLES_ASCENDING, INTEGRATION}
    assert [person for person, roles in STAFF.items() if INTEGRATION in roles] == ["website"]
