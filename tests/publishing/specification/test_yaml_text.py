"""YAML within limits, as plain data."""

from typing import Any

import pytest
import yaml

from publishing.specification.yaml_text import (
    MOST_ALIASES,
    MOST_LEVELS,
    MOST_VALUES,
    Refused,
    child_node,
    parsed,
)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 18:00", {"a": "18:00"}),
        ("a: 2026-01-05", {"a": "2026-01-05"}),
        ("a: 2026-02-30", {"a": "2026-02-30"}),
        ("a: [no, yes, on, off]", {"a": ["no", "yes", "on", "off"]}),
        ("a: [true, False]", {"a": [True, False]}),
        ("a: [7, -7, 1_000, 0x10, 010]", {"a": [7, -7, 1000, "0x10", "010"]}),
        ("a: [0.5, .5, -1.5e+3, 1:30.5]", {"a": [0.5, 0.5, -1500.0, "1:30.5"]}),
        (f"a: {'9' * 5000}", {"a": "9" * 5000}),
        ("a: [~, null, ]", {"a": [None, None]}),
        ("no: 1\n2026-01-05: 2\n7: 3\n~: 4", {"no": 1, "2026-01-05": 2, "7": 3, "~": 4}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("a: =", {"a": "="}),
        ("# nothing", {}),
        ("", {}),
    ],
)
def test_values_are_what_a_reader_takes_them_for(text: str, data: Any) -> None:
    assert parsed(text).data == data
    assert parsed(text).wrong == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: {c: 1, c: 2}", "b.c: stands twice"),
        ("- a: 1\n  a: 2", "0.a: stands twice"),
        ("1: x\n'1': y", "1: stands twice"),
        ("a: .inf", "a: is no finite number"),
        ("a: [1, -.INF]", "a.1: is no finite number"),
        ("a: .nan", "a: is no finite number"),
        (f"a: 1{'0' * 400}.0", "a: is no finite number"),
    ],
)
def test_what_yaml_lets_pass_is_found(text: str, told: str) -> None:
    [finding] = parsed(text).wrong
    assert str(finding) == told


def aliases(count: int) -> str:
    return f"a: &a x\nb: [{', '.join(['*a'] * count)}]"


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def nested_by_aliases(count: int) -> str:
    return "- &a0 [x]\n" + "".join(f"- &a{number} [*a{number - 1}]\n" for number in range(1, count))


def multiplied(times: int) -> str:
    """Aliases of aliases that stand for 10 to the power of `times` values."""
    lines = [f"- &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]" for number in range(1, times)]
    return "\n".join(["- &a0 [" + "x, " * 10 + "]", *lines])


@pytest.mark.parametrize(
    "text",
    [
        aliases(MOST_ALIASES),
        nested(MOST_LEVELS - 1),
        nested_by_aliases(MOST_LEVELS - 2),
        multiplied(4),
        "- x\n" * (MOST_VALUES // 10),
    ],
)
def test_what_is_within_the_limits_is_read(text: str) -> None:
    assert parsed(text).data


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (aliases(MOST_ALIASES + 1), "has more than 100 aliases"),
        (aliases(1000), "has more than 100 aliases"),
        (nested(MOST_LEVELS + 1), "is nested more than 30 levels deep"),
        (nested(100_000), "is nested more than 30 levels deep"),
        (nested_by_aliases(MOST_LEVELS + 1), "is nested more than 30 levels deep"),
        (multiplied(6), "holds more than 100,000 values"),
        (multiplied(10), "holds more than 100,000 values"),
        ("&a [*a]", "\\*a stands within what it repeats"),
        ("a: &a\n  b: {c: *a}", "\\*a stands within what it repeats"),
        ("&a {*a : 1}", "\\*a stands within what it repeats"),
        ("[a]: 1", "a key is a list or a mapping"),
        ("{a: 1}: 1", "a key is a list or a mapping"),
        ("a: !!python/name:os.getcwd ''", "the tag !!python/name:os.getcwd is not allowed"),
        ("a: !!binary R2ls", "the tag !!binary is not allowed"),
        ("a: !!set {b}", "the tag !!set is not allowed"),
        ("a: !!timestamp soon", "the tag !!timestamp is not allowed"),
        ("a: !mine b", "the tag !mine is not allowed"),
        ("a: !!int many", "is tagged !!int and is none"),
        ("a: !!float [1]", "is tagged !!float and is none"),
    ],
)
def test_what_is_too_much_is_refused_with_a_remedy(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as refused:
        parsed(text)
    assert refused.value.remedy.endswith(".")
    assert refused.value.problem_mark is not None


def test_what_is_no_yaml_is_an_error_of_the_library() -> None:
    with pytest.raises(yaml.YAMLError):
        parsed("a: !!str [b]")


def test_one_step_into_the_nodes() -> None:
    root = parsed("a: {7: x}\na: [y, z]\nb: {<<: {c: 1}, c: 2}").root
    key, value = child_node(root, "a") or (None, None)
    assert key is not None
    assert key.start_mark.line == 1
    assert [item.value for item in child_node(value, 1) or ()] == ["z", "z"]
    assert child_node(value, 2) is child_node(value, "z") is child_node(root, "x") is child_node(None, "a") is None
    merged = child_node(child_node(root, "b")[1], "c")  # type: ignore[index]
    assert merged is not None
    assert merged[1].value == "2"
