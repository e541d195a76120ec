"""Opening conversations, with a real database."""

from tests.activities.test_trust import opens, publish
from tests.storage.conftest import database, stage
from tests.storage.stage import Stage

__all__ = ["database", "stage"]


async def test_a_conversation_that_was_merged_says_where_it_goes_on(stage: Stage) -> None:
    await publish(stage)
    opened = [await opens(stage, key) for key in ("cv_source01", "cv_target01")]
    assert [one.merged_into for one in opened] == [None, None]
    await stage.database.fetchval(
        "UPDATE conversations SET merged_into = 'cv_target01' WHERE conversation_id = 'cv_source01'"
    )
    assert [(await opens(stage, key)).merged_into for key in ("cv_source01", "cv_target01")] == ["cv_target01", None]
