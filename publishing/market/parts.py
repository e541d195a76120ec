"""The parts of files: what is kept or replaced as one, each by the digest of its value."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import yaml

from domain.errors import InvalidInputError
from domain.market.contents import TOPICS
from domain.specification.findings import as_list, child
from publishing.specification.yaml_text import parsed

WHOLE = ("knowledge/", "scenarios/")
"""Files in these folders are one part each."""


def parts_of(files: Mapping[str, str]) -> dict[str, str]:
    """Each part of these files with the SHA-256 (hex) of its value.

    Of a card or a journey every key is a part (`agents/billing.yaml#tone`), of the topics every topic
    (`topics.yaml#refund`) and every other key (`topics.yaml:out_of_scope_examples`).
    """
    found = dict[str, str]()
    for path, text in files.items():
        if path.startswith(WHOLE):
            found[path] = _digest(text)
        else:
            found |= {name: _digest(value) for name, value in _values(path, text).items()}
    return found


def data_of(path: str, text: str) -> dict[str, Any]:
    """What a YAML file says. Raises InvalidInputError where it is none, or no mapping."""
    try:
        data = parsed(text).data
    except yaml.YAMLError as error:
        raise InvalidInputError(f"{path} is not valid YAML; `holdfast spec validate` tells where.") from error
    if not isinstance(data, dict):
        raise InvalidInputError(f"{path} has no keys; `holdfast spec validate` tells what is wrong with it.")
    return data


def _values(path: str, text: str) -> dict[str, object]:
    data = data_of(path, text)
    if path != TOPICS:
        return {f"{path}#{key}": value for key, value in data.items()}
    topics: dict[str, object] = {f"{path}#{child(one, 'id')}": one for one in as_list(data.get("topics"))}
    return topics | {f"{path}:{key}": value for key, value in data.items() if key != "topics"}


def _digest(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()
