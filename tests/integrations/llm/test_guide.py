"""docs/guides/models.md says what is so."""

import re
from pathlib import Path

import pytest
import yaml

from domain.specification.organisation import ModelSpec
from integrations.llm.registry import MODELS, WRITERS
from tests.integrations.llm.providers import SETTINGS

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "models.md").read_text(encoding="utf-8")


def test_its_example_is_a_valid_specification() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    model = ModelSpec.model_validate(yaml.safe_load(example)["model"])
    assert model.monthly_budget is not None


def test_its_table_names_every_provider() -> None:
    named = re.findall(r"^\| `([a-z-]+):?[^`]*` \|", GUIDE, re.MULTILINE)
    assert sorted(named) == sorted({*MODELS, *WRITERS})


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_it_names_every_setting(kind: str) -> None:
    assert [setting for setting in SETTINGS[kind] if setting not in GUIDE] == []
