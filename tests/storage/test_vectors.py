"""Vectors by model and text."""

import asyncio

from storage.database import Database
from storage.vectors import VectorRepository


async def test_what_is_kept_is_read_by_its_text(database: Database) -> None:
    vectors = VectorRepository(database)
    await vectors.keep("model-a", {"reset my password": [0.5, -0.25], "a refund": [1.0, 0.0]})
    assert await vectors.read("model-a", ["a refund", "never seen"]) == {"a refund": [1.0, 0.0]}
    assert await vectors.read("model-a", []) == {}


async def test_models_do_not_share_vectors(database: Database) -> None:
    vectors = VectorRepository(database)
    await vectors.keep("model-a", {"a refund": [1.0, 0.0]})
    assert await vectors.read("model-b", ["a refund"]) == {}


async def test_the_first_vector_of_a_text_stays(database: Database) -> None:
    vectors = VectorRepository(database)
    await asyncio.gather(*(vectors.keep("model-a", {"a": [1.0], "b": [2.0]}) for _ in range(8)))
    await vectors.keep("model-a", {"a": [9.0]})
    assert await vectors.read("model-a", ["a", "b"]) == {"a": [1.0], "b": [2.0]}


async def test_texts_that_have_no_utf8_form_or_hold_nul(database: Database) -> None:
    vectors = VectorRepository(database)
    await vectors.keep("model-a", {"half \ud800": [1.0], "nul \x00": [2.0]})
    assert await vectors.read("model-a", ["half \ud800", "nul \x00"]) == {"half \ud800": [1.0], "nul \x00": [2.0]}


async def test_no_text_is_kept(database: Database) -> None:
    await VectorRepository(database).keep("model-a", {"my card number is 4711": [1.0]})
    rows = await database.fetch("SELECT row_to_json(text_vectors)::text AS line FROM text_vectors")
    assert all("4711" not in row["line"] for row in rows)
