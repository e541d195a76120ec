"""docs/guides/models.md says what is so."""

import re
from pathlib import Path

import pytest
import yaml

from domain.specification.organisation import ModelSpec
from integrations.embeddings.registry import EMBEDDERS
from integrations.llm.registry import MODELS, WRITERS
from tests.integrations.llm.providers import SETTINGS

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "models.md").read_text(encoding="utf-8")


def test_its_example_is_a_valid_specification() -> None:
    [example] = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    model = ModelSpec.model_validate(yaml.safe_load(example)["model"])
    assert model.monthly_budget is not None


def kinds_in(part: str) -> list[str]:
    """The kinds that the first column of a table names."""
    return sorted(re.findall(r"^\| `([a-z-]+):?[^`]*`[^|]*\|", part, re.MULTILINE))


def test_its_tables_name_every_provider_and_every_embedder() -> None:
    writers, embedders = GUIDE.split("## What messages mean")
    assert kinds_in(writers) == sorted({*MODELS, *WRITERS})
    assert kinds_in(embedders.partition("## Checking")[0]) == sorted(EMBEDDERS)


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_it_names_every_setting(kind: str) -> None:
    assert [setting for setting in SETTINGS[kind] if setting not in GUIDE] == []
