from domain.desk.card import Card


def test_the_digest_is_of_all_that_is_shown() -> None:
    card = Card(subject="approval:ap-1", headline="Approval", standing="Waits", is_open=True)
    assert card.digest == card.model_copy().digest
    for changes in ({"standing": "Approved"}, {"question": "Why?"}, {"is_open": False}, {"applying": ("x",)}):
        assert card.model_copy(update=changes).digest != card.digest
