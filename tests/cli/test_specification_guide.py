"""The output in the guide is what the command prints."""

from pathlib import Path

from typer.testing import CliRunner

from cli.main import app
from tests.publishing.specification.conftest import FILES, Folder

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "specification.md"
CHANGES = (
    ("agents/billing.yaml", "[delete account]", '["!"]'),
    ("agents/general.yaml", "role:", "roll:"),
    ("knowledge/delivery.md", "2026-01-05", "2026-02-30"),
    ("journeys/returning.yaml", "next: [collect]", "next: [colect]"),
    ("topics.yaml", "ai_agent: billing", "ai_agent: biling"),
)


def test_the_example_is_real(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "acme")
    for file, text in FILES.items():
        folder.write(file, text)
    for file, old, new in CHANGES:
        folder.replace(file, old, new)
    output = CliRunner().invoke(app, ["spec", "check", str(folder.path)], env={"COLUMNS": "120"}).output
    assert f"```\n$ holdfast spec check specs/acme\n{output}```" in GUIDE.read_text(encoding="utf-8")
