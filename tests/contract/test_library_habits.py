"""Habits of libraries that would break a promise of ours, and the code that stays away from them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTIAL = frozenset({"get_final_message", "get_final_completion", "get_final_response", "get_final_text", "until_done"})
"""What the SDKs of OpenAI and Anthropic give for a stream that was cut, without an error: half an answer."""


def calls(*folders: str) -> Iterator[tuple[str, ast.Call]]:
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def named(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_no_failure_carries_details_that_a_converter_might_refuse() -> None:
    """Details that cannot be encoded replace the failure by another one, which is tried again for ever."""
    found = [
        (place, node)
        for place, node in calls("activities", "workers", "workflows")
        if named(node) == "ApplicationError"
    ]
    assert found
    assert [place for place, node in found if len(node.args) != 1 or isinstance(node.args[0], ast.Starred)] == []


def test_nobody_asks_a_stream_for_its_final_message() -> None:
    assert [place for place, node in calls("integrations") if named(node) in PARTIAL] == []
