"""A published version becomes files again, and loading them gives the same version."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.conversation.confidence import Calibration
from domain.errors import ConflictError
from domain.quality.evaluation import LabelledMessage
from domain.specification.calendar import QuietHours
from domain.specification.guidelines import Guideline
from domain.specification.organisation import Article, ChannelSpec, ModelSpec, SpecVersion
from domain.specification.rules import Rule
from embedded.application import ROOT
from publishing.export import Exported, export_version
from publishing.labelled_messages import LABELLED, read_labelled_messages
from publishing.specification import load_specification
from storage.views import PublishedSpec
from tests.organisation import ARTICLES as WRITTEN
from tests.organisation import BILLING, SERVICE, SPECIFICATION

ARTICLES = tuple(article.model_copy(update={"body": article.body.strip()}) for article in WRITTEN)
VERSION = SpecVersion(
    specification=SPECIFICATION.model_copy(update={"ai_agents": (BILLING, SERVICE)}), articles=ARTICLES
)
PRICED = {"openai:big": {"input": "2.50", "output": "10"}}

LAWYER, LARGE = {"kind": "words", "phrases": ["my lawyer: now"]}, {"kind": "expression", "cel": "amount > 100.0"}
LADDER = [{"after_minutes": 5, "action": "remind"}]
RULES = tuple(
    map(
        Rule.model_validate,
        (
            {"id": "threats", "description": "Why.", "when": [LAWYER], "then": "escalate"},
            {
                "id": "sums",
                "description": "Why.",
                "when": [LARGE, {"kind": "exchanges", "at_least": 2}],
                "then": "ask_approval",
                "ask": {"approvers": 2, "ladder": LADDER},
            },
        ),
    )
)
GUIDELINES = (
    Guideline(id="short", action="Write one sentence.", priority=5, excludes=("calm",)),
    Guideline.model_validate({"id": "calm", "action": "Stay calm.", "when": [{"kind": "amount", "above": 5}]}),
)


def published(version: SpecVersion, *labelled: LabelledMessage) -> PublishedSpec:
    return PublishedSpec(version=version, topic_model=b"", calibration=Calibration(), labelled=labelled)


def with_spec(**fields: Any) -> SpecVersion:
    return VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update=fields)})


def with_article(**fields: Any) -> SpecVersion:
    return VERSION.model_copy(update={"articles": (*ARTICLES[:3], ARTICLES[3].model_copy(update=fields))})


def test_techflow_comes_back_as_it_was_published(tmp_path: Path) -> None:
    version = load_specification(ROOT / "specs" / "techflow").version
    labelled = read_labelled_messages(ROOT / "specs" / "techflow" / LABELLED)
    exported = export_version(published(version, *labelled), tmp_path / "techflow")
    assert exported.is_same
    assert load_specification(tmp_path / "techflow").version == version
    assert read_labelled_messages(tmp_path / "techflow" / LABELLED) == labelled


@pytest.mark.parametrize(
    "version",
    [
        pytest.param(VERSION, id="articles that are not in the order of their ids"),
        pytest.param(with_spec(ai_agents=(SERVICE, BILLING)), id="AI agents in another order"),
        pytest.param(with_spec(name="Räder: #1 'Bike' \"Shop\" — 自転車"), id="marks that YAML knows"),
        pytest.param(
            with_spec(name="18:00", out_of_scope_examples=("no", "1e3", "012", "~", "null")), id="other types"
        ),
        pytest.param(with_spec(model=ModelSpec.model_validate({"prices": PRICED})), id="money"),
        pytest.param(
            with_spec(channels={"web_chat": ChannelSpec(greeting="Hi\nthere"), "email": ChannelSpec()}), id="two lines"
        ),
        pytest.param(
            with_spec(
                channels={
                    "sms": ChannelSpec(quiet_hours=QuietHours.model_validate({"begins": "21:00", "ends": "08:00"}))
                }
            ),
            id="times",
        ),
        pytest.param(with_spec(rules=RULES, guidelines=GUIDELINES), id="rules that are not in the order of their ids"),
        pytest.param(with_article(title="--- : yes", source="*not an anchor"), id="marks in a title"),
        pytest.param(with_article(body="---\ntitle: no front matter\n---\n\nText"), id="lines in a text"),
        pytest.param(with_article(updated=date(2024, 2, 29)), id="a leap day"),
    ],
)
def test_every_version_comes_back_under_its_name(version: SpecVersion, tmp_path: Path) -> None:
    assert export_version(published(version), tmp_path).is_same
    assert load_specification(tmp_path).version.content_hash == version.content_hash


def test_what_sources_keep_is_left_to_them(tmp_path: Path) -> None:
    kept = Article(
        id="zendesk-1", title="One", topic="delivery", body="Text", source="https://x/", updated=date(2026, 1, 5)
    )
    version = VERSION.model_copy(update={"articles": (*ARTICLES, kept), "sourced": ("zendesk-1",)})
    assert export_version(published(version), tmp_path) == Exported(files=10, sourced=1, is_same=False)
    assert load_specification(tmp_path).version == VERSION


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConflictError, match="is not empty"):
        export_version(published(VERSION), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError):
        export_version(published(VERSION), tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_what_was_published_before_a_check_existed_is_written_all_the_same(tmp_path: Path) -> None:
    exported = export_version(published(with_spec(out_of_scope_examples=("pizza", " "))), tmp_path / "old")
    assert (exported.is_same, exported.mistakes) == (False, 1)
    assert "pizza" in (tmp_path / "old" / "topics.yaml").read_text(encoding="utf-8")
