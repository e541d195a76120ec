"""Whatever stands in a file: it is read, or refused with mistakes. Nothing else ever leaves the loader."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publishing.specification import SpecificationError, load_specification
from tests.publishing.specification.conftest import FILES, Folder

YAML_FILES = [file for file in FILES if file.endswith(".yaml")]
WORDS = st.sampled_from(["general", "billing", "delivery", "", "id", "directory", "read", "write", "http", "x" * 99])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
pytestmark = pytest.mark.untraced
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(file: str, content: str | bytes) -> list[str]:
    """The mistakes of a folder in which one file has this content; none when it is valid."""
    with TemporaryDirectory() as directory:
        folder = Folder(Path(directory) / "wheels")
        for name, text in FILES.items():
            folder.write(name, text)
        (folder.path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            load_specification(folder.path)
        except SpecificationError as error:
            return list(map(str, error.mistakes))
        return []


def places(data: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield from places(value, (*place, key))


@pytest.mark.parametrize("file", YAML_FILES)
def test_a_value_of_any_kind_at_any_place(file: str) -> None:
    data = yaml.load(FILES[file], yaml.BaseLoader)

    @QUICK
    @given(place=st.sampled_from([place for place in places(data) if place]), value=VALUES)
    def one_place(place: tuple[Any, ...], value: Any) -> None:
        changed = deepcopy(data)
        inside = changed
        for step in place[:-1]:
            inside = inside[step]
        inside[place[-1]] = value
        outcome(file, json.dumps(changed))

    one_place()


@QUICK
@given(file=st.sampled_from(YAML_FILES), value=VALUES)
def test_a_file_of_any_shape(file: str, value: Any) -> None:
    outcome(file, yaml.safe_dump(value))


@QUICK
@given(file=st.sampled_from([*FILES, "customers/contacts.csv"]), text=st.text(max_size=40) | st.binary(max_size=40))
def test_any_text_and_any_bytes(file: str, text: str | bytes) -> None:
    outcome(file, text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
