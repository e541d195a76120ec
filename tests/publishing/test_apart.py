"""Work in a process of its own: what it answers, and what becomes of it when it does not."""

import pytest
from pydantic import SecretStr

from domain.errors import ConflictError, InvalidInputError, NotFoundError, RateLimitedError, UnavailableError
from integrations.tools.base import ToolSettings
from publishing.apart import Outcome, Setup, WorkApart, error_of, outcome_of
from publishing.edits import PublishEdit, RollBack
from publishing.specification import Mistake, SpecificationError

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
BACK = RollBack(organisation="ferry", version=None, by="lea", via="api", reason="test")


def work_on(database_url: str, seconds: float = 60) -> WorkApart:
    return WorkApart(Setup(SecretStr(database_url), {}, ToolSettings()), seconds=seconds)


async def test_an_error_of_ours_comes_back_as_what_it_is(database_url: str) -> None:
    with pytest.raises(NotFoundError, match="No specification of ferry is published"):
        await work_on(database_url).roll_back(BACK)
    edit = PublishEdit(organisation="ferry", base="0" * 64, files={}, by="lea", via="api")
    with pytest.raises(InvalidInputError, match="The specification 'ferry' has 3 mistakes"):
        await work_on(database_url).publish(edit)


async def test_a_database_that_is_away_is_told() -> None:
    with pytest.raises(UnavailableError):
        await work_on(NOWHERE).roll_back(BACK)


async def test_what_takes_too_long_is_broken_off(database_url: str) -> None:
    with pytest.raises(UnavailableError, match="took too long"):
        await work_on(database_url, seconds=0.01).roll_back(BACK)


@pytest.mark.parametrize("error", [ConflictError("a"), NotFoundError("b"), RateLimitedError("c")])
def test_each_kind_of_error_stays_itself(error: Exception) -> None:
    found = error_of(outcome_of(error))  # type: ignore[arg-type]
    assert (type(found), str(found)) == (type(error), str(error))


def test_mistakes_of_files_are_wrong_input() -> None:
    error = SpecificationError("ferry", [Mistake(file="topics.yaml", problem="is missing", remedy="Write it.")])
    outcome = outcome_of(error)
    assert outcome == Outcome(
        refused="InvalidInputError", text="The specification 'ferry' has 1 mistake. Correct and load it again."
    )
