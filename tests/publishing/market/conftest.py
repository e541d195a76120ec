"""A small organisation in files, a market beside it, and a package to spoil."""

from pathlib import Path

import pytest
import yaml

from domain.market.contents import digest_of
from publishing.market.package import Package, load_package
from publishing.market.reading import read_contents
from publishing.market.shelf import Market, index_anew, write_index
from tests.publishing.specification.conftest import FILES, Folder

PACKAGE = {
    "manifest.yaml": """\
format: 1
name: returns
version: 1.0.0
kind: agent
title: Returns
summary: Takes bicycles back.
handles: [Explains how a bicycle comes back]
results: not measured yet
needs:
  tools:
    - { server: shop, tool: orders, access: read, why: To see what was bought. }
    - { server: shop, tool: refund, access: write, why: To pay back. }
  customer_facts: [plan]
  channels: [email]
triggers: [send_back]
tests: [scenarios/returns.yaml]
licence: Apache-2.0
author: Ada
""",
    "agents/returns.yaml": """\
# The card of those who take back.
id: returns
name: Rita
role: Takes bicycles back.
mode: delegation
can_do:
  - Say how a bicycle comes back
tone: short # as customers like it
knowledge_topics: [returns]
customer_facts: [plan]
tools:
  - { server: shop, tool: orders, access: read, personal: false, from_customer: { customer: contact_id } }
  - { server: shop, tool: refund, access: write, approval: never }
supervised_topics: [send_back]
""",
    "topics.yaml": """\
topics:
  # Not the refund itself.
  - id: send_back
    title: Sending back
    ai_agent: returns
    examples:
      - how do I send it back
      - where is the label
      - do you collect a bicycle
""",
    "knowledge/returns.md": """\
---
id: returns
title: Returns
topic: returns
source: "{{address}}"
updated: 2026-01-05
---

Send it back within {{number}} days.
""",
    "scenarios/returns.yaml": """\
id: returns
title: A bicycle goes back
steps:
  - says: how do I send it back
    expect: { ai_agent: returns, topic: send_back }
""",
}
JOURNEY = {
    "manifest.yaml": """\
format: 1
name: coming_back
version: 1.0.0
kind: journey
title: Coming back
summary: A bicycle comes back.
handles: [A bicycle comes back]
needs:
  ai_agents: [billing]
  topics: [refund]
triggers: [refund]
licence: Apache-2.0
author: Ada
""",
    "journeys/coming_back.yaml": """\
id: coming_back
title: A bicycle comes back
topics: [refund]
steps:
  - { id: pack, description: The customer packs it., next: [pay] }
  - { id: pay, description: We pay., ai_agent: billing }
""",
}


class Shelf(Folder):
    """A market on disk, with packages that can be spoiled."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.market = Market(path, "our market")
        path.mkdir()
        self.put(PACKAGE)
        self.put(JOURNEY)
        self.index()

    def put(self, files: dict[str, str]) -> Path:
        """Write a package into the folder of its name and version."""
        manifest = yaml.safe_load(files["manifest.yaml"])
        folder = f"{manifest['name']}/{manifest['version']}"
        for file, text in files.items():
            self.write(f"{folder}/{file}", text)
        return self.path / folder

    def index(self) -> None:
        write_index(self.market, index_anew(self.market, replace=True))


def changed(files: dict[str, str], file: str, old: str, new: str) -> dict[str, str]:
    """The files with a change in one of them."""
    assert old in files[file]
    return {**files, file: files[file].replace(old, new, 1)}


def newer(files: dict[str, str], version: str = "1.1.0") -> dict[str, str]:
    """The files as a later version."""
    return changed(files, "manifest.yaml", "version: 1.0.0", f"version: {version}")


def packed(files: dict[str, str]) -> Package:
    """Checked, as if it had come from a market."""
    return load_package("returns", {path: text.encode() for path, text in files.items()})


def content_of_all(folder: Path) -> str:
    """One digest of everything in a folder, to tell whether anything changed."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return digest_of(files)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    written = Folder(tmp_path / "wheels")
    for file, text in FILES.items():
        written.write(file, text)
    return written


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "market")


@pytest.fixture
def package(shelf: Shelf) -> Package:
    return load_package("returns", read_contents(shelf.path / "returns" / "1.0.0"))
