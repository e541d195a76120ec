"""The organisations under specs/, each loaded once."""

from functools import cache
from pathlib import Path

from domain.quality.evaluation import LabelledMessage
from publishing.labelled_messages import read_labelled_messages
from publishing.specification import LoadedOrganisation, load_specification

FOLDERS = sorted(path.parent for path in Path("specs").glob("*/organisation.yaml"))
PARTS = ("tuning", "held_out")


@cache
def loaded(folder: Path) -> LoadedOrganisation:
    return load_specification(folder)


@cache
def labelled(folder: Path, part: str) -> tuple[LabelledMessage, ...]:
    return read_labelled_messages(folder / "evaluation" / f"{part}.csv")


def everything_labelled(folder: Path) -> list[LabelledMessage]:
    return [message for part in PARTS for message in labelled(folder, part)]


def training_texts(folder: Path) -> list[str]:
    specification = loaded(folder).version.specification
    examples = [example for topic in specification.topics for example in topic.examples]
    return [*examples, *specification.out_of_scope_examples]
