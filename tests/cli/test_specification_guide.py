"""What the guide tells to write and to type gives what it shows."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from cli.main import app
from publishing.specification import load_specification
from publishing.specification.schemas import generated_schemas
from publishing.specification.yaml_text import parsed
from tests.publishing.specification.conftest import FILES, Folder

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
GUIDE = (GUIDES / "specification.md").read_text(encoding="utf-8")
BEGINNING, _, REST = GUIDE.partition("\n### 5. ")
CHANGE = REST.partition("\n### 6. ")[0]
CHANGES = (
    ("agents/billing.yaml", "[delete account]", '["!"]'),
    ("agents/general.yaml", "role:", "roll:"),
    ("knowledge/delivery.md", "2026-01-05", "2026-02-30"),
    ("journeys/returning.yaml", "next: [collect]", "next: [colect]"),
    ("topics.yaml", "ai_agent: billing", "ai_agent: biling"),
)
ORGANISATION = "skerry_line"

_FENCE = re.compile(r"(?P<told>(?:^[^\n]+\n)+)\n^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`(skerry_line/[\w./-]+)`(?:, (below|instead of) the line `([^`]+)`)?")
_SLIP = re.compile(r"Take the last letter off the first\s`([^`]+)` in `([^`]+)`")
_COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_HASH = re.compile(r"\b[0-9a-f]{12}\b")
_WHEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_OPEN = re.compile(r"\d+ open\b")
_OF_TURNS = re.compile(r"^(?:Of \d|Open one|[ ┏┃┡│└]).*\n", re.MULTILINE)
_MODELINE = "# yaml-language-server: $schema="


def test_the_example_is_real(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "acme")
    for file, text in FILES.items():
        folder.write(file, text)
    for file, old, new in CHANGES:
        folder.replace(file, old, new)
    output = CliRunner().invoke(app, ["spec", "check", str(folder.path)], env={"COLUMNS": "120"}).output
    assert f"```\n$ holdfast spec check specs/acme\n{output}```" in GUIDE


def test_the_walk_leads_to_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that a reader writes, and those commands that need no platform, in their order."""
    monkeypatch.chdir(tmp_path)
    typed = list[str]()
    for fence in _FENCE.finditer(BEGINNING):
        if fence["kind"] in {"yaml", "markdown"}:
            _write(fence["told"], fence["body"])
        if fence["kind"] == "":
            typed += _type(fence["told"], fence["body"])
    assert typed == ["new", "check", "test", "check"]


def test_the_change_is_seen_published_and_undone(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the end of the walk shows it, but for the turns: nobody has written here."""
    monkeypatch.chdir(tmp_path)
    here = {"HOLDFAST_DATABASE_URL": database_url, "HOLDFAST_HOME": str(tmp_path / "home"), "COLUMNS": "120"}
    here |= {"HOLDFAST_ORGANISATION": ORGANISATION}
    _run(f"holdfast spec new {ORGANISATION}", here)
    for fence in _FENCE.finditer(BEGINNING):
        if fence["kind"] in {"yaml", "markdown"}:
            _write(fence["told"], fence["body"])
    _run("holdfast spec publish --by 'first start'", here)
    planned = ""
    for fence in _FENCE.finditer(CHANGE):
        if fence["kind"] == "yaml":
            _write(fence["told"], fence["body"])
        for command, shown in _COMMAND.findall(fence["body"]):
            output = _run(_HASH.sub(planned, command), here)
            planned = planned or _HASH.findall(output)[1]
            assert _without_turns(output) == _without_turns(shown)
    assert load_specification(Path("watched_tickets")).version.content_hash.startswith(planned)


def _run(command: str, environment: dict[str, str]) -> str:
    result = CliRunner().invoke(app, shlex.split(command)[1:], env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def _without_turns(output: str) -> str:
    """Without hashes, days, numbers of conversations, and what a plan tells of turns."""
    for pattern, name in ((_HASH, "HASH"), (_WHEN, "WHEN"), (_OPEN, "OPEN"), (_OF_TURNS, "")):
        output = pattern.sub(name, output)
    return output


def _write(told: str, body: str) -> None:
    """A whole file, or lines of one that is there."""
    name, place, line = _FILE.findall(told)[-1]
    path = Path(name)
    if not place:
        path.parent.mkdir(exist_ok=True)
        path.write_text(body, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{line}\n") == 1
    kept = f"{line}\n" if place == "below" else ""
    path.write_text(text.replace(f"\n{line}\n", f"\n{kept}{body}"), encoding="utf-8")


def _type(told: str, body: str) -> Iterator[str]:
    """Run what needs no platform, and yield its name. A slip that the text asks for is put right afterwards."""
    slip = _SLIP.search(told)
    right = Path(slip[2]).read_text(encoding="utf-8") if slip else ""
    if slip:
        Path(slip[2]).write_text(right.replace(slip[1], slip[1][:-1], 1), encoding="utf-8")
    for command, shown in _COMMAND.findall(body):
        words = command.split()
        if words[0] == "echo":
            Path(words[-1]).write_text(f"{words[1]}\n", encoding="utf-8")
        elif words[:2] == ["holdfast", "spec"] and words[2] in {"new", "check", "test"}:
            output = CliRunner().invoke(app, words[1:], env={"COLUMNS": "120"}).output
            assert _HASH.sub("HASH", output) == _HASH.sub("HASH", shown)
            yield words[2]
    if slip:
        Path(slip[2]).write_text(right, encoding="utf-8")


def _examples() -> Iterator[tuple[str, str]]:
    """Kind and text of every whole YAML file in the guides."""
    for guide in sorted(GUIDES.glob("*.md")):
        for fence in re.findall(r"^```yaml\n(.*?)^```$", guide.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            first, _, rest = fence.partition("\n")
            if first.startswith(_MODELINE) and rest:
                yield first.rpartition("/")[2], fence


@pytest.mark.parametrize(("schema", "text"), list(_examples()))
def test_every_whole_file_of_a_guide_fits_its_schema(schema: str, text: str) -> None:
    jsonschema.validate(parsed(text).data, json.loads(generated_schemas()[schema]))


def test_the_guides_have_a_file_of_every_kind_that_an_organisation_has_many_of() -> None:
    kinds = {schema for schema, _ in _examples()}
    assert kinds >= {"agent.json", "rule.json", "guideline.json", "journey.json", "scenario.json"}
