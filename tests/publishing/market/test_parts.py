"""The parts of files."""

import pytest

from domain.errors import InvalidInputError
from publishing.market.parts import data_of, parts_of


def test_the_parts_of_each_kind_of_file() -> None:
    files = {
        "agents/a.yaml": "id: a\ntone: short\n",
        "topics.yaml": "topics:\n- {id: x}\n- {id: y}\nout_of_scope_examples: [weather]\n",
        "knowledge/k.md": "text",
        "scenarios/s.yaml": "id: s\n",
    }
    assert sorted(parts_of(files)) == [
        "agents/a.yaml#id",
        "agents/a.yaml#tone",
        "knowledge/k.md",
        "scenarios/s.yaml",
        "topics.yaml#x",
        "topics.yaml#y",
        "topics.yaml:out_of_scope_examples",
    ]


def test_comments_and_layout_are_no_difference() -> None:
    written = {"agents/a.yaml": "can_do: [x, y]\nid: a # ours\n"}
    assert parts_of(written) == parts_of({"agents/a.yaml": "id: a\ncan_do:\n  - x\n  - y\n"})


@pytest.mark.parametrize("other", ["id: a\ncan_do: [y, x]\n", "id: a\ncan_do: [x]\n", 'id: a\ncan_do: "[x, y]"\n'])
def test_other_values_are(other: str) -> None:
    assert parts_of({"agents/a.yaml": "id: a\ncan_do: [x, y]\n"}) != parts_of({"agents/a.yaml": other})


@pytest.mark.parametrize("text", ["[", "- a\n", "only text\n"])
def test_what_has_no_parts(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"agents/a\.yaml"):
        data_of("agents/a.yaml", text)
