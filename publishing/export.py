"""A published version as the files of a folder again."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

import yaml
from pydantic import BaseModel

from domain.model import Frozen
from domain.quality.evaluation import LabelledMessage
from domain.specification.model import Key
from domain.specification.organisation import Article, SpecVersion
from publishing.labelled_messages import COLUMNS, LABELLED
from publishing.new_folder import require_empty
from publishing.specification import SpecificationError, load_specification
from publishing.specification.schemas import ENTRIES, IN_OTHER_FILES, TopicsFile
from storage.views import PublishedSpec

ONE_LINE = 1_000_000
"""Longer than any text: none is folded, so that two exports differ where their texts do."""


class Exported(Frozen):
    """`is_same`: loading the folder gives the content hash of the version.

    It does not where the version has articles of a source (`sourced`) or descriptions of tools, which publishing adds,
    nor where it has mistakes by checks that are younger than the version.
    """

    files: int
    sourced: int
    is_same: bool
    mistakes: int = 0


def export_version(published: PublishedSpec, folder: Path, kept: Mapping[str, str] | None = None) -> Exported:
    """Write a version's files, and the labelled messages that it was fitted on. Its customers are not part of it.

    `kept` are the files as their author wrote them, where they are known; scenarios need the customers, and stay away.
    Raises ConflictError when there is something in the folder already, and OSError.
    """
    require_empty(folder)
    version = published.version
    texts = files_of(published) if kept is None else kept
    files = {name: text for name, text in texts.items() if not name.startswith("scenarios/")}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    counts = {"files": len(files), "sourced": len(version.sourced)}
    try:
        loaded = load_specification(folder).version
    except SpecificationError as error:
        return Exported(**counts, is_same=False, mistakes=len(error.mistakes))
    return Exported(**counts, is_same=loaded.content_hash == version.content_hash)


def files_of(published: PublishedSpec) -> dict[str, str]:
    """The text of every file by its path in the folder, written anew from what was published."""
    files = {path.as_posix(): text for path, text in _files_of(published.version).items()}
    return files | ({LABELLED.as_posix(): _as_csv(published.labelled)} if published.labelled else {})


def _files_of(version: SpecVersion) -> dict[Path, str]:
    spec = version.specification
    topics = TopicsFile(topics=spec.topics, out_of_scope_examples=spec.out_of_scope_examples)
    files = {
        Path("organisation.yaml"): _yaml(_data(spec, leave_out=IN_OTHER_FILES)),
        Path("topics.yaml"): _yaml(_data(topics)),
    }
    for folder, entries in ENTRIES.items():
        found = getattr(spec, entries.field)
        names = _names([one.id for one in found], ".yaml")
        files |= {Path(folder) / name: _yaml(_data(one)) for name, one in zip(names, found, strict=True)}
    own = [article for article in version.articles if article.id not in version.sourced]
    articles = _names([article.id for article in own], ".md")
    files |= {Path("knowledge") / name: _markdown(article) for name, article in zip(articles, own, strict=True)}
    return files


def _names(ids: Sequence[Key], ending: str) -> list[str]:
    """Files are read in the order of their names, so they get numbers where their ids are in another one."""
    names = [f"{one}{ending}" for one in ids]
    digits = len(str(len(ids)))
    return names if names == sorted(names) else [f"{n:0{digits}}-{name}" for n, name in enumerate(names, 1)]


def _data(model: BaseModel, leave_out: frozenset[str] = frozenset()) -> dict[str, object]:
    """Only what differs from the defaults, as people write it."""
    return model.model_dump(mode="json", exclude_defaults=True, exclude=set(leave_out))


def _yaml(data: dict[str, object]) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=ONE_LINE)


def _markdown(article: Article) -> str:
    return f"---\n{_yaml(_data(article, leave_out=frozenset({'body'})))}---\n\n{article.body}\n"


def _as_csv(labelled: Sequence[LabelledMessage]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in labelled:
        writer.writerow((one.id, one.text, one.expected, "|".join(one.articles), one.topic, one.customer))
    return text.getvalue()
