import pytest

from storage.erasing import ErasingRepository
from storage.inbox_rows import InboxRowRepository
from storage.notes import NoteRepository, NoteToWrite
from storage.searching import FEW, SearchRepository
from tests.storage.inbox_stage import asking, ids, named, opened
from tests.storage.resolved import reopened, wrote
from tests.storage.secrets import SECRET, told
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, later

AFTER = later(7200)


@pytest.fixture
def searching(stage: Stage) -> SearchRepository:
    return SearchRepository(stage.database)


async def found(searching: SearchRepository, text: str, organisation: str = ORGANISATION) -> list[str]:
    hits = await searching.search(organisation, text, 20)
    return ["".join(f"[{part.text}]" if part.hit else part.text for part in hit.parts) for hit in hits]


@pytest.mark.parametrize(
    ("said", "text", "hits"),
    [
        ("My parcel is lost", "PARC lost", ["parcel", "lost"]),
        ("Mein Päckchen fehlt", "päck", ["Päckchen"]),
        ("Mon colis n'est pas là", "n'est", ["n", "est"]),
        ("Πού είναι το δέμα;", "δέμ", ["δέμα"]),
        ("it is 2026-03-02", "2026-03-02", ["2026", "-03", "-02"]),
        ("write to vera@velo.example", "vera@velo", ["vera@velo.example"]),
        ("write to vera@velo.example", "ver writ", ["write", "vera@velo.example"]),
    ],
)
async def test_words_of_any_language_are_found_by_their_beginning(
    stage: Stage, searching: SearchRepository, said: str, text: str, hits: list[str]
) -> None:
    await wrote(stage, CONVERSATION, said, revision=1)
    (found,) = await searching.search(ORGANISATION, text, 20)
    assert [part.text for part in found.parts if part.hit] == hits


@pytest.mark.parametrize("text", ["", " ", "!", "'", "\\", ":*", "a & | !", "\x00", "<->", "(", "bicycle", "'; DROP"])
async def test_odd_words_find_nothing_and_break_nothing(stage: Stage, searching: SearchRepository, text: str) -> None:
    await wrote(stage, CONVERSATION, "My parcel is lost", revision=1)
    assert await found(searching, text) == []


async def test_markup_is_never_made_nor_passed_on(stage: Stage, searching: SearchRepository) -> None:
    """PostgreSQL leaves tags out; what is left is text in parts."""
    await wrote(stage, CONVERSATION, "my <script>alert(1)</script> parcel & yours", revision=1)
    (shown,) = await found(searching, "parcel")
    assert "[parcel] & yours" in shown
    assert "<" not in shown


async def test_messages_notes_and_names_are_found_the_latest_first(stage: Stage, searching: SearchRepository) -> None:
    await wrote(stage, CONVERSATION, "About parcels", revision=1)
    note = NoteToWrite(conversation_id=CONVERSATION, request_id="n", author_id="bo", text="the parcel is here")
    await NoteRepository(stage.database).write(note, later(60))
    await named(stage, CONVERSATION, "Parcel Jones")
    hits = await searching.search(ORGANISATION, "parcel", 20)
    assert {(hit.kind, hit.seq, hit.customer_name) for hit in hits} == {
        ("message", 1, "Parcel Jones"), ("note", None, "Parcel Jones"), ("customer", None, "Parcel Jones")
    }  # fmt: skip
    assert [hit.at for hit in hits] == sorted((hit.at for hit in hits), reverse=True)
    assert len(await searching.search(ORGANISATION, "parcel", 2)) == 2
    assert await ids(InboxRowRepository(stage.database), text="jones") == [CONVERSATION]


async def test_names_of_the_directory_are_found(stage: Stage, searching: SearchRepository) -> None:
    await named(stage, CONVERSATION, "")
    await stage.database.fetchval("UPDATE customers SET name = NULL, contact_id = 'k1', verified = true")
    await stage.database.fetchval("INSERT INTO directory_accounts VALUES ($1, 'a1', '{}')", ORGANISATION)
    await stage.database.fetchval(
        "INSERT INTO directory_contacts VALUES ($1, 'k1', 'a1', 'Vera Quick', 'v@velo.example')", ORGANISATION
    )
    assert await found(searching, "qui") == ["Vera [Quick]"]
    assert await ids(InboxRowRepository(stage.database), text="qui") == [CONVERSATION]
    await stage.database.fetchval("UPDATE customers SET verified = false")
    assert await found(searching, "qui") == []


async def test_a_word_that_stands_everywhere_is_looked_for_in_what_changed_last(
    stage: Stage, searching: SearchRepository
) -> None:
    await stage.database.fetchval(
        """
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, channel, at)
        SELECT $1, n, n::text, 'customer', 'customer', 'parcel ' || n, 'web_chat', $2::timestamptz + n * interval '1 s'
        FROM generate_series(1, $3::integer) n
        """,
        CONVERSATION,
        NOW,
        FEW + 1,
    )
    assert await searching.matching(ORGANISATION, "parcel") is None
    assert await searching.matching(ORGANISATION, "parcel 77") == [CONVERSATION]
    assert await searching.matching(ORGANISATION, "bicycle") == []
    hits = await searching.search(ORGANISATION, "parcel", 3)
    assert {hit.conversation_id for hit in hits} == {CONVERSATION}
    assert len(hits) == 3
    await opened(stage, "of-others-1", organisation="other")
    assert [hit.conversation_id for hit in await searching.search("other", "parcel", 3)] == ["of-others-1"]
    rows = InboxRowRepository(stage.database)
    assert await ids(rows, text="parcel") == [CONVERSATION]
    assert await rows.count(asking(text="parcel"), None) == 1
    assert await ids(rows, text="parcel", found=()) == []


async def test_another_organisation_finds_nothing(stage: Stage, searching: SearchRepository) -> None:
    await wrote(stage, CONVERSATION, "My parcel is lost", revision=1)
    await opened(stage, "of-others-1", organisation="other")
    assert len(await found(searching, "parcel")) == 1
    assert await found(searching, "of-others-1") == []
    assert len(await found(searching, "of-others-1", "other")) == 1


async def test_what_was_erased_is_not_found(stage: Stage, searching: SearchRepository) -> None:
    id = await told(stage)
    rows = InboxRowRepository(stage.database)
    assert await found(searching, SECRET)
    assert await ids(rows, text=SECRET) == [id]
    (row,) = await rows.rows([id], "anna", NOW)
    assert row.customer_name == SECRET
    assert await ErasingRepository(stage.database).erase(id, AFTER, AFTER) is None
    for text in (SECRET, "erased"):
        assert await found(searching, text) == []
        assert await ids(rows, text=text) == []
    (row,) = await rows.rows([id], "anna", NOW)
    assert row.customer_name is None
    await reopened(stage, id, revision=6)
    assert await found(searching, "erased") == []
