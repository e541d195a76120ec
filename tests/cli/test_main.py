import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, app, load
from embedded.home import claimed
from embedded.ports import free_port

ROOT = Path(__file__).parents[2]
runner = CliRunner()


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_exists_and_has_help(name: str) -> None:
    assert load(COMMANDS[name][0]) is not None
    result = runner.invoke(app, [name, "--help"])

    assert result.exit_code == 0
    assert f"{name} [OPTIONS]" in result.output


def test_help_lists_every_command_without_loading_any() -> None:
    script = """
import sys
from typer.testing import CliRunner
from cli.main import app
print(CliRunner().invoke(app, ["--help"]).output)
assert not {"temporalio", "asyncpg", "httpx", "sklearn", "config.settings"} & set(sys.modules)
"""
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout

    assert all(name in output for name in COMMANDS)


def test_make_help_lists_every_target() -> None:
    make = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", make.replace("\\\n", ""), re.MULTILINE)
    command = ["make", "--no-print-directory", "help"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert {line.split()[1] for line in output.splitlines()} == set(phony.split()) - {"chromium", "prometheus"}


def test_a_misspelt_command_is_wrong_use() -> None:
    result = runner.invoke(app, ["aprovals"])

    assert result.exit_code == 2
    assert "Did you mean 'approvals'?" in result.output


def test_a_wrong_setting_is_wrong_use_and_names_the_variable() -> None:
    result = runner.invoke(app, ["migrate"], env={"HOLDFAST_GATEWAY_PORT": "eighty"})

    assert result.exit_code == 2
    assert result.output.startswith("HOLDFAST_GATEWAY_PORT: ")


def test_an_expected_error_is_one_sentence_and_exit_code_1(home: Path) -> None:
    with claimed(home):
        result = runner.invoke(app, ["dev"], env={"HOLDFAST_HOME": str(home)})

    assert result.exit_code == 1
    assert result.output.startswith(f"Holdfast already runs from {home}")


def test_migrate_starts_what_it_needs_and_stops_it(home: Path) -> None:
    environment = {"HOLDFAST_HOME": str(home), "HOLDFAST_DATABASE_URL": ""}
    first = runner.invoke(app, ["migrate"], env=environment)
    second = runner.invoke(app, ["migrate"], env=environment)

    assert "Applied 0001_organisations\n" in first.output
    assert second.output == "The schema is up to date.\n"


def test_a_database_without_a_specification_says_so(home: Path) -> None:
    result = runner.invoke(app, ["spec", "list", "techflow"], env={"HOLDFAST_HOME": str(home)})

    assert result.output == "Nothing of techflow is published here. Publish it with `holdfast spec publish`.\n"


def test_a_database_that_does_not_answer_is_told_with_its_setting() -> None:
    address = f"postgresql://nobody:password@127.0.0.1:{free_port()}/holdfast"
    result = runner.invoke(app, ["migrate"], env={"HOLDFAST_DATABASE_URL": address})

    assert result.exit_code == 1
    assert "HOLDFAST_DATABASE_URL" in result.output
    assert "password" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [("spec", "schema", "{file}/schema"), ("bench", "--json", "{file}/a.json"), ("bench", "--markdown", "{file}/a.md")],
)
def test_a_file_that_cannot_be_written_is_named_before_anything_is_measured(
    home: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    file.touch()
    asked = [argument.format(file=file) for argument in arguments]
    result = runner.invoke(app, asked, env={"HOLDFAST_HOME": str(home)})

    assert result.exit_code == 1
    assert result.output.startswith(f"{file}")
    assert re.search(r"\((Not a directory|File exists)\)\. Check the path and its permissions\.\n$", result.output)


def test_a_file_for_the_sandbox_that_cannot_be_written_is_named(home: Path, tmp_path: Path) -> None:
    result = runner.invoke(
        app, ["sandbox", "--port-base", "0", "--env", str(tmp_path)], env={"HOLDFAST_HOME": str(home)}
    )

    assert result.exit_code == 1
    assert result.output.endswith(f"{tmp_path} cannot be used (Is a directory). Check the path and its permissions.\n")


def test_a_command_whose_library_is_not_installed_says_how_to_get_it() -> None:
    script = """
import sys
sys.modules["playwright"] = None
from cli.main import app
app(["screenshots"])
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("`holdfast screenshots` needs playwright")
    assert done.stderr.endswith("make setup-development installs it.\n")
