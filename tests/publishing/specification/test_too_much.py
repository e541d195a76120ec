"""Files that hold too much, or too much that is wrong: told at once, in seconds, and nothing changed.

There is no clock in these tests. Before there were limits, most of them would have run into the timeout of a test.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.specification.journey_checks import MOST_STEPS
from publishing.specification import SpecificationError, load_specification
from publishing.specification.mistakes import MOST_MISTAKES
from tests.publishing.market.conftest import content_of_all
from tests.publishing.specification.conftest import FILES, Folder

pytestmark = pytest.mark.untraced
TEN_MEGABYTES = 10_000_000
MANY = 20_000
ORGANISATION, ARTICLE, GENERAL = "organisation.yaml", "knowledge/delivery.md", "agents/general.yaml"
TENFOLD = "".join(f"x{number}: &x{number} [{', '.join([f'*x{number - 1}'] * 10)}]\n" for number in range(1, 6))


def many(line: str, count: int = MANY) -> str:
    return "".join(line.format(number) for number in range(count))


def journey(steps: Iterable[str]) -> str:
    return "id: welcome\ntitle: A new customer\ntopics: [delivery]\nsteps:\n" + "".join(steps)


def chain(count: int) -> str:
    """So many steps, each of which leads to the next."""
    steps = [f"  - {{ id: s{one}, kind: message, text: Hello, next: s{one + 1} }}\n" for one in range(count - 1)]
    return journey([*steps, f"  - {{ id: s{count - 1}, kind: message, text: Goodbye }}\n"])


def mistakes_of(folder: Path) -> SpecificationError:
    with pytest.raises(SpecificationError) as caught:
        load_specification(folder)
    return caught.value


LARGE = {
    "an organisation of 10 MB": (ORGANISATION, FILES[ORGANISATION].ljust(TEN_MEGABYTES, "\n"), "is too large"),
    "an article of 10 MB": (ARTICLE, FILES[ARTICLE].ljust(TEN_MEGABYTES, "x"), "is too large"),
    "lists in lists": (
        ORGANISATION,
        f"{FILES[ORGANISATION]}a: {'[' * MANY}{']' * MANY}\n",
        "nested more than 30 levels",
    ),
    "aliases of aliases": (
        ORGANISATION,
        f"{FILES[ORGANISATION]}x0: &x0 [a]\n{TENFOLD}",
        "holds more than 100,000 values",
    ),
    "a long expression": (
        "rules/long.yaml",
        f'id: long\nwhen:\n  - {{ kind: expression, cel: "{many("verified && ")}verified" }}\nthen: escalate\n',
        "Write at most 500",
    ),
    "a journey of many steps": ("journeys/welcome.yaml", chain(MOST_STEPS + 1), f"at most {MOST_STEPS}"),
    "one key many times": (ORGANISATION, FILES[ORGANISATION] + many("same: 1\n"), "same: stands twice"),
}


@pytest.mark.parametrize(("file", "text", "told"), LARGE.values(), ids=LARGE)
def test_what_is_too_much_is_told(folder: Folder, file: str, text: str, told: str) -> None:
    folder.write(file, text)
    found = mistakes_of(folder.path)
    assert any(mistake.file == file and told in str(mistake) for mistake in found.mistakes), found
    assert len(found.mistakes) < 10


WRONG = {
    "unknown keys": (ORGANISATION, FILES[ORGANISATION] + many("key{}: 1\n"), "there is no such key"),
    "unknown names": (GENERAL, FILES[GENERAL] + "supervised_topics:\n" + many("  - t{}\n"), "no topic 't0'"),
    "rows of nobody": (
        "customers/contacts.csv",
        "id,account,name,email\n" + many("c{0},nobody,N,c{0}@north.example\n"),
        "no account 'nobody'",
    ),
    "steps that lead nowhere": (
        "journeys/welcome.yaml",
        journey(f"  - {{ id: s{one}, kind: message, text: Hello, next: x{one} }}\n" for one in range(MOST_STEPS)),
        "no step 'x0'",
    ),
}


@pytest.mark.parametrize(("file", "text", "told"), WRONG.values(), ids=WRONG)
def test_of_very_many_mistakes_the_first_are_told(folder: Folder, file: str, text: str, told: str) -> None:
    folder.write(file, text)
    found = mistakes_of(folder.path)
    assert len(found.mistakes) == MOST_MISTAKES
    assert f"has {MOST_MISTAKES} mistakes or more." in found.summary
    assert any(told in str(mistake) for mistake in found.mistakes)


def test_the_longest_journey_is_checked_as_any_other(folder: Folder) -> None:
    folder.write("journeys/welcome.yaml", chain(MOST_STEPS).replace("text: Goodbye", "text: Goodbye, next: s0"))
    assert "journeys/welcome.yaml:5: steps.0.id: the journey never ends from here" in str(mistakes_of(folder.path))


@pytest.mark.parametrize("command", ["check", "publish", "test"])
def test_commands_tell_it_and_change_nothing(folder: Folder, command: str) -> None:
    folder.write(ORGANISATION, LARGE["an organisation of 10 MB"][1])
    before = content_of_all(folder.path)
    result = CliRunner().invoke(app, ["spec", command, str(folder.path)], env={"COLUMNS": "300"})
    assert result.exit_code == 1
    assert "organisation.yaml: is too large. Split it" in " ".join(result.output.split())
    assert content_of_all(folder.path) == before
