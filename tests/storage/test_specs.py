import asyncpg
import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.ownership import Status
from domain.conversation.requests import StartConversation
from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.specification.organisation import Mode
from storage.database import Database
from storage.specs import SpecRepository
from tests.organisation import VERSION
from tests.storage.stage import AI, NOW, Stage, status_change

ORGANISATION = VERSION.specification.organisation
RENAMED = VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"name": "Renamed"})})


async def test_what_is_published_comes_back_under_the_same_hash(database: Database) -> None:
    specs = SpecRepository(database)
    calibration = Calibration(bias=-1.5, curve=((0.0, 0.1), (1.0, 0.9)), fitted_on=40)
    content_hash = await specs.publish(VERSION, b"\x00topics", calibration, "lea")

    published = await specs.load(content_hash)
    assert published.version == VERSION
    assert published.version.content_hash == content_hash
    assert (published.topic_model, published.calibration) == (b"\x00topics", calibration)


async def test_the_version_published_last_is_active_and_an_older_one_can_come_back(database: Database) -> None:
    specs = SpecRepository(database)
    assert await specs.active(ORGANISATION) is None
    first = await specs.publish(VERSION, b"", Calibration(), "lea")
    second = await specs.publish(RENAMED, b"", Calibration(), "lea")
    assert await specs.active(ORGANISATION) == second

    await specs.publish(VERSION, b"fitted again", Calibration(), "tom")
    assert await specs.active(ORGANISATION) == first
    assert (await specs.load(first)).topic_model == b"fitted again"


async def test_nothing_that_was_published_is_forgotten(database: Database) -> None:
    specs = SpecRepository(database)
    first = await specs.publish(VERSION, b"", Calibration(), "lea", reason="the first\x00")
    second = await specs.publish(RENAMED, b"", Calibration(), "tom")
    await specs.publish(VERSION, b"", Calibration(), "ann", reason="the old name was better")
    await specs.roll_back(ORGANISATION, second, "tom", "it was not", replaces=first)
    history = await specs.history(ORGANISATION)
    assert [(p.content_hash, p.replaced, p.kind, p.published_by, p.reason) for p in history] == [
        (second, first, "rollback", "tom", "it was not"),
        (first, second, "publish", "ann", "the old name was better"),
        (second, first, "publish", "tom", ""),
        (first, None, "publish", "lea", "the first"),
    ]
    times = [publication.at for publication in history]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 4
    assert await specs.history("other") == []


async def test_the_audit_trail_says_why(database: Database) -> None:
    specs = SpecRepository(database)
    first = await specs.publish(VERSION, b"", Calibration(), "lea", reason="opening day")
    second = await specs.publish(RENAMED, b"", Calibration(), "tom")
    await specs.roll_back(ORGANISATION, first, "lea", "wrong name", replaces=second)
    events = await database.fetch("SELECT kind, actor, data FROM audit_events ORDER BY event_id")
    assert [(event["kind"], event["actor"], event["data"]["reason"]) for event in events] == [
        ("spec_published", "lea", "opening day"),
        ("spec_published", "tom", ""),
        ("spec_rolled_back", "lea", "wrong name"),
    ]
    assert (events[2]["data"]["content_hash"], events[2]["data"]["replaced"]) == (first, second)


@pytest.mark.parametrize("change", ["UPDATE publications SET reason = 'another'", "DELETE FROM publications"])
async def test_the_log_is_never_changed(database: Database, change: str) -> None:
    await SpecRepository(database).publish(VERSION, b"", Calibration(), "lea")
    with pytest.raises(asyncpg.RaiseError, match="publications are never changed"):
        await database.fetchval(change)


async def test_a_version_that_was_gone_back_to_has_the_models_that_were_fitted_for_it(database: Database) -> None:
    specs, fitted = SpecRepository(database), Calibration(bias=-1.0, fitted_on=7)
    first = await specs.publish(VERSION, b"fitted", fitted, "lea")
    second = await specs.publish(RENAMED, b"other", Calibration(), "lea")
    await specs.roll_back(ORGANISATION, first, "tom", "better", replaces=second)
    assert await specs.active(ORGANISATION) == first
    again = await specs.load(first)
    assert (again.topic_model, again.calibration) == (b"fitted", fitted)
    followed = await specs.last_published(ORGANISATION)
    assert followed
    assert (followed.content_hash, followed.published_by) == (first, "tom")


async def test_who_goes_back_from_a_version_that_is_not_active_any_more_is_told(database: Database) -> None:
    specs = SpecRepository(database)
    first = await specs.publish(VERSION, b"", Calibration(), "lea")
    second = await specs.publish(RENAMED, b"", Calibration(), "tom")
    with pytest.raises(ConflictError, match=f"tom made {second[:12]} the active version on .* nothing was changed"):
        await specs.roll_back(ORGANISATION, first, "lea", "why", replaces=first)
    assert len(await specs.history(ORGANISATION)) == 2


async def test_a_version_is_found_by_the_beginning_of_its_hash(database: Database) -> None:
    specs = SpecRepository(database)
    content_hash = await specs.publish(VERSION, b"", Calibration(), "lea")
    for prefix in (content_hash, content_hash[:12], f" {content_hash[:5].upper()} "):
        assert await specs.find(ORGANISATION, prefix) == content_hash
    for organisation, prefix in ((ORGANISATION, "xyz"), (ORGANISATION, "%"), ("other", content_hash)):
        with pytest.raises(NotFoundError, match="holdfast spec history"):
            await specs.find(organisation, prefix)


async def test_a_beginning_of_several_hashes_names_them(database: Database) -> None:
    specs = SpecRepository(database)
    hashes = [
        await specs.publish(
            VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"name": str(n)})}),
            b"",
            Calibration(),
            "lea",
        )
        for n in range(17)
    ]
    first = next(one[0] for one in hashes if sum(other[0] == one[0] for other in hashes) > 1)
    with pytest.raises(InvalidInputError, match="Give more of the hash") as refused:
        await specs.find(ORGANISATION, first)
    assert all(one[:12] in str(refused.value) for one in hashes if one[0] == first)


async def test_a_stale_base_is_noticed_before_anything_is_fitted(database: Database) -> None:
    specs = SpecRepository(database)
    with pytest.raises(ConflictError, match="nothing is"):
        await specs.require_active(ORGANISATION, "abc" * 20)
    first = await specs.publish(VERSION, b"", Calibration(), "lea")
    await specs.require_active(ORGANISATION, first)
    await specs.publish(RENAMED, b"", Calibration(), "tom")
    with pytest.raises(ConflictError, match="tom made"):
        await specs.require_active(ORGANISATION, first)


async def test_each_publication_has_its_time_even_that_of_the_same_version(database: Database) -> None:
    specs = SpecRepository(database)
    assert await specs.last_published(ORGANISATION) is None
    await specs.publish(RENAMED, b"", Calibration(), "lea")
    seen = []
    for _ in range(2):
        content_hash = await specs.publish(VERSION, b"", Calibration(), "lea")
        published = await specs.last_published(ORGANISATION)
        assert published
        assert published.content_hash == content_hash
        seen.append(published.published_at)
    assert seen[0] < seen[1]


async def test_an_unknown_hash_is_not_found(database: Database) -> None:
    with pytest.raises(NotFoundError, match="No specification abcabcabcabc is published"):
        await SpecRepository(database).load("abc" * 20)


async def test_a_document_that_does_not_fit_its_name_is_refused_by_the_database(database: Database) -> None:
    await SpecRepository(database).publish(VERSION, b"", Calibration(), "lea")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.fetchval("UPDATE spec_versions SET document = '{}'")


async def test_open_conversations_are_counted_by_their_version(stage: Stage) -> None:
    specs = SpecRepository(stage.database)
    renamed = await specs.publish(RENAMED, b"", Calibration(), "tom")
    for number, status in enumerate((Status.OPEN, Status.OPEN, Status.RESOLVED)):
        start = StartConversation(organisation=ORGANISATION, conversation_id=f"on-the-newer-one-{number}")
        await stage.conversations.open(start, renamed, AI, Mode.DELEGATION, NOW)
        if status is Status.RESOLVED:
            change = status_change("resolved", status, conversation_id=start.conversation_id)
            await stage.conversations.change_status(change, NOW)
    assert await specs.open_conversations(ORGANISATION) == {VERSION.content_hash: 1, renamed: 2}
    assert await specs.open_conversations("other") == {}


async def test_models_are_found_by_what_they_were_fitted_from(database: Database) -> None:
    specs, fitted = SpecRepository(database), Calibration(fitted_on=7, fitted_from="a" * 64)
    assert await specs.models_fitted_from(ORGANISATION, fitted.fitted_from) is None
    await specs.publish(VERSION, b"topics", fitted, "lea")
    await specs.publish(RENAMED, b"others", Calibration(fitted_from="b" * 64), "lea")
    assert await specs.models_fitted_from(ORGANISATION, fitted.fitted_from) == (b"topics", fitted)
    assert await specs.models_fitted_from("other", fitted.fitted_from) is None
