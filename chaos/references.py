"""The marks by which customers' messages are known wherever they turn up: in transcripts, at vendors, in answers."""

import re

MARK = re.compile(r"\bref(\d+)x(\d+)\b")
ANSWER = re.compile(r"\banswer (\d+) to\b")


def reference(customer: int, number: int) -> str:
    return f"ref{customer}x{number}"


def customer_of(mark: str) -> int:
    """The number of the customer who wrote it."""
    return int(mark.removeprefix("ref").partition("x")[0])


def references_in(text: str) -> tuple[str, ...]:
    """Each once, in the order of the text."""
    return tuple(dict.fromkeys(found.group() for found in MARK.finditer(text)))


def plain(text: str) -> str:
    """As texts are compared: vendors break lines, and end a mail with one."""
    return " ".join(text.split())


def is_answer(text: str) -> bool:
    """Whether the model wrote it: no two of its answers are the same."""
    return ANSWER.search(text) is not None
