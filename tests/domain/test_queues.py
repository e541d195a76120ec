import pytest

from domain.errors import InvalidInputError
from domain.queues import QUEUES, named_queues


@pytest.mark.parametrize(
    ("text", "queues"),
    [
        ("", QUEUES),
        (" , ", QUEUES),
        ("llm", ("llm",)),
        (" conversations , llm ", ("conversations", "llm")),
        ("llm,llm,crm", ("llm", "crm")),
        (",".join(QUEUES), QUEUES),
    ],
)
def test_queues_are_named(text: str, queues: tuple[str, ...]) -> None:
    assert named_queues(text) == queues


@pytest.mark.parametrize("text", ["lm", "llm,nowhere", "llm crm", "LLM"])
def test_what_is_no_queue_is_told_with_those_that_are(text: str) -> None:
    with pytest.raises(InvalidInputError, match="There are conversations, llm, crm, delivery, reading, publishing"):
        named_queues(text)
