"""The files of a package as they stand in an organisation, and the organisation's files with parts of them."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from domain.errors import InvalidInputError
from domain.market.contents import TOPICS, file_of
from domain.market.permissions import as_allowed, entered_by, tools_named
from domain.specification.findings import as_list, child, texts_at
from domain.specification.organisation import Mode
from publishing.market.folder import content_of
from publishing.market.package import Package
from publishing.market.parts import data_of, parts_of
from publishing.market.yaml_blocks import Blocks, entries_of, keys_of
from publishing.specification.documents import LARGEST_TEXT

PLACED = ("knowledge/", "scenarios/")
"""Folders of a package whose files are put into the organisation as they are."""

ONE_LINE = 1_000_000


def as_installed(
    package: Package, granted: Collection[str], mode: Mode, own_examples: Collection[str] = ()
) -> dict[str, str]:
    """The files that the package brings, by path: its card with nothing but what was granted, and in this mode.

    Topics come without examples that the organisation has in others, since a topic model would learn both from the
    same words. A journey is begun by people, and by what else was granted. Raises InvalidInputError for one that was
    not granted every tool of its steps.
    """
    main = package.manifest.main_file
    kept = {path: content for path, content in package.contents.items() if path == TOPICS or path.startswith(PLACED)}
    files = {path: _as_text(path, content) for path, content in kept.items()}
    if TOPICS in files:
        files[TOPICS] = _without_examples(files[TOPICS], own_examples)
    text = _as_text(main, package.contents[main])
    if package.card is None:
        _require_all(package, granted)
        return files | {main: _begun_by_what_was_granted(main, text, granted)}
    allowed = as_allowed(package.card, granted, mode).model_dump(mode="json", exclude_defaults=True)
    changes: dict[str, Any] = {"mode": mode.value}
    changes |= {key: allowed.get(key) for key in ("tools", "customer_facts") if key in package.data}
    return files | {main: with_values(main, text, changes)}


def _begun_by_what_was_granted(path: str, text: str, granted: Collection[str]) -> str:
    data = data_of(path, text)
    return with_values(path, text, {"enter_by": entered_by(data, granted) or None} if "enter_by" in data else {})


def examples_in(topics: str, besides: Collection[str]) -> frozenset[str]:
    """Every example of an organisation, out-of-scope ones too, besides those of some topics; as they are compared."""
    data = data_of(TOPICS, topics) if topics else {}
    entries = [one for one in as_list(data.get("topics")) if child(one, "id") not in besides]
    found = [example for _, example in texts_at({"topics": entries}, "topics.*.examples.*")]
    return frozenset(map(compared, found + [text for _, text in texts_at(data, "out_of_scope_examples.*")]))


def compared(example: str) -> str:
    """An example without regard to capitals and spaces."""
    return " ".join(example.casefold().split())


def own_files(folder: Path, paths: Iterable[str]) -> dict[str, str]:
    """The organisation's files that are there, as text. Raises InvalidInputError for one that is none, or too large."""
    contents = {path: content_of(folder, path) for path in sorted(paths)}
    for path, content in contents.items():
        if content is not None and len(content) > LARGEST_TEXT:
            raise InvalidInputError(f"{path} is too large: a file may have {LARGEST_TEXT:,} bytes. Split it.")
    return {path: _as_text(path, content) for path, content in contents.items() if content is not None}


def with_values(path: str, text: str, values: Mapping[str, Any]) -> str:
    """A file with some keys set, or taken out (None); what is equal already stays as it is written."""
    before = data_of(path, text)
    gone = {key for key, value in values.items() if value is None}
    differing = (key for key, value in values.items() if (key in before if key in gone else before.get(key) != value))
    changed = _blocks(path, text).with_changes({key: _written(key, values[key]) for key in differing})
    if data_of(path, changed) != {key: value for key, value in {**before, **values}.items() if key not in gone}:
        raise _not_by_lines(path)
    return changed


def merged_files(own: Mapping[str, str], brought: Mapping[str, str], taken: Collection[str]) -> dict[str, str | None]:
    """Every file of which a part is taken from the package, as it would be; None for one that goes."""
    files = dict[str, str | None]()
    for path in sorted({file_of(part) for part in taken}):
        parts = [part for part in taken if file_of(part) == path]
        if parts == [path] or (path not in own and path != TOPICS):
            files[path] = brought.get(path)
        else:
            files[path] = _merged_text(path, own.get(path, ""), brought.get(path, ""), parts)
    return files


def _merged_text(path: str, own: str, brought: str, parts: Collection[str]) -> str:
    """The organisation's file with these parts as the package has them, and every other line as it is."""
    names = [part.removeprefix(f"{path}#") for part in parts]
    theirs = _blocks(path, brought)
    text = _blocks(path, own).with_changes(
        {name: theirs.text_of(name) if name in theirs.places else None for name in names}
    )
    before, after, wanted = (parts_of({path: one}) if one else {} for one in (own, text, brought))
    expected = {**before, **{part: wanted.get(part) for part in parts}}
    if after != {part: digest for part, digest in expected.items() if digest is not None}:
        raise _not_by_lines(path)
    return text


def _without_examples(text: str, known: Collection[str]) -> str:
    """The topics without these examples; a topic that has none of them stays as it is written."""
    changes = dict[str, str | None]()
    for topic in data_of(TOPICS, text)["topics"]:
        left = [example for example in topic["examples"] if compared(example) not in known]
        if left != topic["examples"]:
            changes[topic["id"]] = _dumped([{**topic, "examples": left}])
    return _blocks(TOPICS, text).with_changes(changes)


def _written(key: str, value: object) -> str | None:
    if value is None:
        return None
    return _dumped({key: value})


def _dumped(data: object) -> str:
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=ONE_LINE)


def _require_all(package: Package, granted: Collection[str]) -> None:
    if refused := [one for one in tools_named(package.data) if one not in granted]:
        allow = " ".join(f"--allow {one}" for one in refused)
        raise InvalidInputError(f"A journey cannot do without its steps: {package.manifest.name} needs {allow}.")


def _blocks(path: str, text: str) -> Blocks:
    try:
        return entries_of(text, "topics") if path == TOPICS else keys_of(text)
    except InvalidInputError as error:
        raise InvalidInputError(f"{path}: {error}") from error


def _as_text(path: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 text: save it as UTF-8.") from error


def _not_by_lines(path: str) -> InvalidInputError:
    return InvalidInputError(f"{path} cannot be changed line by line: write one value a line.")
