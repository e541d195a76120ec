from storage.attachments import AttachmentRepository
from storage.database import Database


async def test_a_file_is_found_only_in_its_conversation(database: Database) -> None:
    attachments = AttachmentRepository(database)
    saved = await attachments.save("conversation-1", name="photo.png", media_type="image/png", content=b"\x89PNG\x00")

    stored = await attachments.get("conversation-1", saved.attachment_id)
    assert stored is not None
    assert (stored.attachment, stored.content) == (saved, b"\x89PNG\x00")
    assert saved.size_bytes == 5
    assert await attachments.get("conversation-2", saved.attachment_id) is None


async def test_files_are_listed_in_the_order_asked_for_and_counted(database: Database) -> None:
    attachments = AttachmentRepository(database)
    files = [
        await attachments.save("conversation-1", name=f"{n}.txt", media_type="text/plain", content=b"x") for n in "abc"
    ]
    ids = [file.attachment_id for file in reversed(files)]
    assert await attachments.find("conversation-1", [*ids, "at_unknown"]) == list(reversed(files))
    assert await attachments.find("conversation-2", ids) == []
    assert await attachments.count("conversation-1") == 3
