"""Which AI agents a journey may still need."""

from typing import Any

import pytest

from domain.journeys.ahead import ai_agents_ahead
from tests.domain.journeys.journeys import ask, branch, journey, plan, say, use, wait

TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "teller", "instruction": "Explain it."}
INNER = journey(ask("in", "out", ai_agent="asker"), say("out", ai_agent="speaker"), key="inner")
SUB = {"id": "sub", "kind": "journey", "journey": "inner"}
BOTH = {"id": "both", "kind": "parallel", "branches": ["a", "b"], "next": "tell"}


@pytest.mark.parametrize(
    ("steps", "under_way", "needed"),
    [
        ((say("hello", "bye", ai_agent="host"), say("bye")), ["hello"], {"host"}),
        ((say("hello", "bye", ai_agent="host"), say("bye")), ["bye"], set()),
        ((say("hello", "tell"), TELL), ["hello"], {"teller"}),
        ((ask("q", "bye", attempts=1, otherwise="tell"), say("bye"), TELL), ["q"], {"teller"}),
        (
            (ask("q", "bye", answer="yes_no", choices=[{"value": "no", "next": "tell"}]), say("bye"), TELL),
            ["q"],
            {"teller"},
        ),
        ((branch("b", {"answer": "q", "equals": 1, "next": "tell"}, otherwise="q"), ask("q"), TELL), ["b"], {"teller"}),
        ((use("pay", "bye", otherwise="tell"), say("bye"), TELL), ["pay"], {"general", "teller"}),
        ((wait("hold", "bye", hours=1, otherwise="tell"), say("bye"), TELL), ["hold"], {"teller"}),
        ((BOTH, say("a", ai_agent="first"), say("b", ai_agent="second"), TELL), ["both", "both/a", "both/b"],
         {"first", "second", "teller"}),
        ((BOTH, say("a", ai_agent="first"), say("b", ai_agent="second"), TELL), ["both", "both/b"],
         {"second", "teller"}),
        ((say("hi", "both"), BOTH, say("a", ai_agent="first"), say("b", ai_agent="second"), TELL), ["hi"],
         {"first", "second", "teller"}),
        ((SUB | {"next": "tell"}, TELL), ["sub", "sub/out"], {"speaker", "teller"}),
        ((say("hi", "sub"), SUB), ["hi"], {"asker", "speaker"}),
        ((ask("q", "back"), branch("back", {"answer": "q", "equals": 1, "next": "q"}, otherwise="tell"), TELL), ["q"],
         {"teller"}),
        ((TELL,), [], set()),
    ],
)  # fmt: skip
def test_who_is_named_from_here_on(steps: tuple[dict[str, Any], ...], under_way: list[str], needed: set[str]) -> None:
    assert ai_agents_ahead(plan(*steps, parts=(INNER,)), under_way) == needed
