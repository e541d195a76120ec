"""What runbooks and guides tell people to run exists."""

import re
from pathlib import Path

import pytest

from cli.main import COMMANDS, load
from tests.deploy.files import DEPLOY, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*s/*.md")), *sorted(DEPLOY.glob("**/NOTES.txt"))]
CODE = re.compile(r"`[^`\n]+`|^ {2,}.+$|^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:`|^|/|\s)(?:holdfast|cli\.main) ([a-z][a-z-]*)(?![\w/])(?: ([a-z-]+))?", re.MULTILINE)


def _commands(page: Path) -> set[tuple[str, str]]:
    return set(COMMAND.findall("\n".join(CODE.findall(page.read_text()))))


def test_commands_are_found() -> None:
    assert {("vendors", ""), ("check", "")} <= _commands(ROOT / "docs" / "runbooks" / "vendor-away.md")
    assert len({command for page in PAGES for command in _commands(page)}) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_command_that_a_page_names_exists(page: Path) -> None:
    for name, after in _commands(page):
        assert name in COMMANDS, f"holdfast {name}"
        subcommands = getattr(load(COMMANDS[name][0]), "commands", {})
        assert not (after and subcommands) or after in subcommands, f"holdfast {name} {after}"
