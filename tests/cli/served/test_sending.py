from cli.sending import lines
from domain.delivery.sending import SendingStanding
from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import Gateway


async def test_it_is_stopped_and_resumed_from_a_terminal(gateway: Gateway, holdfast: Holdfast) -> None:
    key = (await gateway.key("lead", person="lea"))["Authorization"].removeprefix("Bearer ")
    to = ("--url", gateway.url, "--key", key)
    assert (await holdfast("sending", "status", *to)).output.splitlines() == ["Automatic sending is on."]
    first, who, why = (await holdfast("sending", "stop", "--reason", "wrong prices", *to)).output.splitlines()
    assert first == "Automatic sending is stopped."
    assert who.startswith("Stopped by lea (")
    assert why == "Reason: wrong prices"
    resumed = (await holdfast("sending", "resume", *to)).output.splitlines()
    assert resumed[0] == "Automatic sending is on."
    assert resumed[1].startswith("Resumed by lea (")


async def test_without_a_reason_nothing_is_stopped(gateway: Gateway, holdfast: Holdfast) -> None:
    key = (await gateway.key("lead"))["Authorization"].removeprefix("Bearer ")
    to = ("--url", gateway.url, "--key", key)
    assert (await holdfast("sending", "stop", *to)).exit_code == 2
    blank = await holdfast("sending", "stop", "--reason", " ", *to)
    assert (blank.exit_code, "reason" in blank.output) == (1, True)


def test_what_may_be_leaving_is_told() -> None:
    *_, last = lines(SendingStanding(stopped=True, leaving=2))
    assert last.plain.startswith("2 automatic messages may be leaving")
