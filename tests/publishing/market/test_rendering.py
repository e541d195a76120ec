"""The files of a package as they stand in an organisation."""

from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidInputError
from domain.specification.organisation import Mode
from publishing.market.parts import data_of
from publishing.market.rendering import as_installed, merged_files, own_files, with_values
from publishing.specification import SpecificationError
from tests.publishing.market.conftest import JOURNEY, PACKAGE, changed, packed

CARD, ALL = "agents/returns.yaml", ("tool:shop/orders", "write:shop/refund", "fact:plan")


def card_of(granted: tuple[str, ...], mode: Mode = Mode.CO_PILOT, files: dict[str, str] = PACKAGE) -> dict[str, Any]:
    return data_of(CARD, as_installed(packed(files), granted, mode)[CARD])


def test_what_is_put_into_an_organisation() -> None:
    files = {**PACKAGE, "README.md": "Read me.", "LICENSE": "Apache"}
    installed = as_installed(packed(files), (), Mode.CO_PILOT)
    assert sorted(installed) == [CARD, "knowledge/returns.md", "scenarios/returns.yaml", "topics.yaml"]
    assert installed["knowledge/returns.md"] == PACKAGE["knowledge/returns.md"]


def test_without_anything_granted() -> None:
    card = card_of(())
    assert card["mode"] == "co_pilot"
    assert not {"tools", "customer_facts"} & set(card)


def test_with_everything_granted_it_is_still_at_its_safest() -> None:
    card = card_of(ALL, Mode.DELEGATION)
    assert card["mode"] == "delegation"
    assert card["customer_facts"] == ["plan"]
    assert card["tools"] == [
        {"server": "shop", "tool": "orders", "access": "read", "from_customer": {"customer": "contact_id"}},
        {"server": "shop", "tool": "refund", "access": "write"},
    ]


def test_one_tool_of_two() -> None:
    assert [tool["tool"] for tool in card_of(("tool:shop/orders",))["tools"]] == ["orders"]


def test_the_card_keeps_its_comments_and_order() -> None:
    text = as_installed(packed(PACKAGE), (), Mode.CO_PILOT)[CARD]
    assert text.startswith("# The card of those who take back.\nid: returns\nname: Rita\n")
    assert "tone: short # as customers like it\n" in text
    assert "mode: co_pilot\n" in text


def test_keys_on_one_line_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"agents/returns\.yaml"):
        with_values(CARD, "{ id: returns, name: Rita }", {"mode": "co_pilot"})


def test_keys_in_another_form_are_changed_rightly_or_not_at_all() -> None:
    text = "id: returns\n? name\n: Rita\nmode: delegation\n"
    assert data_of(CARD, with_values(CARD, text, {"mode": "co_pilot"})) == {
        "id": "returns",
        "name": "Rita",
        "mode": "co_pilot",
    }


def test_merged_keys_do_not_bring_back_what_was_cut_out() -> None:
    """YAML's << takes keys from elsewhere, so taking out the lines of a key is not enough."""
    hidden = "agents: &more { tools: [{ server: shop, tool: refund, access: write }] }\nid: returns\n<<: *more\n"
    with pytest.raises(InvalidInputError, match="cannot be changed line by line"):
        with_values(CARD, hidden, {"tools": None})


def test_equal_values_stay_as_they_are_written() -> None:
    text = "id: a\nmode:   co_pilot # ours\n"
    assert with_values(CARD, text, {"mode": "co_pilot"}) == text


def test_a_journey_as_it_is() -> None:
    path = "journeys/coming_back.yaml"
    assert as_installed(packed(JOURNEY), (), Mode.CO_PILOT) == {path: JOURNEY[path]}


BEGUN = changed(
    changed(JOURNEY, "journeys/coming_back.yaml", "steps:\n", "enter_by: [topic, person, api] # ours\nsteps:\n"),
    "manifest.yaml",
    "  topics: [refund]\n",
    "  topics: [refund]\n  enter_by: [topic, api]\n",
)


@pytest.mark.parametrize(
    ("granted", "begins"),
    [
        ((), ["person"]),
        (("enter:topic",), ["topic", "person"]),
        (("enter:api", "enter:topic"), ["topic", "person", "api"]),
    ],
)
def test_a_journey_begins_without_a_person_only_where_that_was_allowed(
    granted: tuple[str, ...], begins: list[str]
) -> None:
    path = "journeys/coming_back.yaml"
    assert data_of(path, as_installed(packed(BEGUN), granted, Mode.CO_PILOT)[path])["enter_by"] == begins


def test_a_journey_that_no_person_begins_is_begun_by_nothing_until_that_is_allowed() -> None:
    path = "journeys/coming_back.yaml"
    alone = changed(BEGUN, path, "topic, person, api", "topic")
    assert "enter_by" not in data_of(path, as_installed(packed(alone), (), Mode.CO_PILOT)[path])


def test_what_begins_a_journey_has_to_be_named() -> None:
    silent = changed(BEGUN, "manifest.yaml", "enter_by: [topic, api]", "enter_by: [topic]")
    with pytest.raises(SpecificationError, match="would use enter:api, which the manifest does not name"):
        packed(silent)


def test_windows_line_ends() -> None:
    files = {path: text.replace("\n", "\r\n") for path, text in PACKAGE.items()}
    assert as_installed(packed(files), (), Mode.CO_PILOT) == as_installed(packed(PACKAGE), (), Mode.CO_PILOT)


def test_topics_are_added_to_those_that_are_there() -> None:
    own = {"topics.yaml": "topics:\n- id: delivery\n  title: Delivery\n# ours\nout_of_scope_examples: [weather]\n"}
    text = merged_files(own, PACKAGE, ["topics.yaml#send_back"])["topics.yaml"]
    assert text is not None
    assert text.startswith("topics:\n- id: delivery\n  title: Delivery\n- id: send_back\n  title: Sending back\n")
    assert text.endswith("# ours\nout_of_scope_examples: [weather]\n")


def test_topics_where_there_are_none_yet() -> None:
    text = merged_files({}, PACKAGE, ["topics.yaml#send_back"])["topics.yaml"]
    assert text == PACKAGE["topics.yaml"].replace("  # Not the refund itself.\n", "")


def test_files_come_and_go_whole() -> None:
    brought = {"knowledge/new.md": "new"}
    own = {"knowledge/old.md": "old"}
    taken = ["knowledge/new.md", "knowledge/old.md"]
    assert merged_files(own, brought, taken) == {"knowledge/new.md": "new", "knowledge/old.md": None}


@pytest.mark.parametrize("own", ["topics: [{ id: delivery }]\n", "topics:\n  -\n    id: delivery\n"])
def test_topics_that_cannot_be_added_to(own: str) -> None:
    with pytest.raises(InvalidInputError, match=r"topics\.yaml"):
        merged_files({"topics.yaml": own}, PACKAGE, ["topics.yaml#send_back"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"model": None}, "id: a\nescalate_below: null\nmode: co_pilot\n"),
        ({"escalate_below": None, "model": None}, "id: a\nmode: co_pilot\n"),
        ({"mode": None, "tools": None}, "id: a\nescalate_below: null\nmodel: null\n"),
        ({"model": "other"}, "id: a\nescalate_below: null\nmodel: other\nmode: co_pilot\n"),
    ],
)
def test_keys_that_hold_nothing_are_taken_out_or_kept(values: dict[str, Any], expected: str) -> None:
    """As in the files that `holdfast spec export` writes."""
    text = "id: a\nescalate_below: null\nmodel: null\nmode: co_pilot\n"
    assert with_values(CARD, text, values) == expected


def test_a_file_that_is_too_large_is_not_even_parsed(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_bytes(b"# much\n" * 1_500_000)
    with pytest.raises(InvalidInputError, match=r"topics\.yaml is too large: a file may have 1,000,000 bytes"):
        own_files(tmp_path, ["topics.yaml"])
