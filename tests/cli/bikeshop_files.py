"""The small organisation of the tests as files, for commands that read a folder."""

from pathlib import Path

import yaml

from publishing.specification.schemas import ENTRIES
from tests.organisation import ARTICLES, SPECIFICATION


def write_bikeshop(folder: Path) -> None:
    """Everything but labelled messages."""
    content = SPECIFICATION.model_dump(mode="json")
    content["channels"]["web_chat"]["greeting"] = "You are writing with our AI agent."
    topics = {"topics": content.pop("topics"), "out_of_scope_examples": content.pop("out_of_scope_examples")}
    for inside, entries in ENTRIES.items():
        for entry in content.pop(entries.field):
            write(folder / inside / f"{entry['id']}.yaml", yaml.safe_dump(entry))
    write(folder / "organisation.yaml", yaml.safe_dump(content))
    write(folder / "topics.yaml", yaml.safe_dump(topics))
    for article in ARTICLES:
        head = yaml.safe_dump(article.model_dump(mode="json", exclude={"body"}))
        write(folder / "knowledge" / f"{article.id}.md", f"---\n{head}---\n\n{article.body}")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
