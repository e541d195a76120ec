"""Zendesk's notice of merged tickets, and what only resembles it."""

from typing import Any

import pytest

from integrations.helpdesk.zendesk.merging import says_merged

NOTICES = {
    "goes on here": 'Request #4711 "Seats" was closed and merged into this request. Last comment in request #4711:',
    "with the last comment": 'Request #12 "A. B" was closed and merged into this request. '
    "Last comment in request #12:\n\nHello!",
    "was here": 'This request was closed and merged into request #4712 "Seats".',
    "was here, without a subject": "This request was closed and merged into request #4712",
    "several": "Requests #12, #13 were closed and merged into this request.",
    "de": "Anfrage #12 „Sitze“ wurde geschlossen und mit dieser zusammengeführt. Letzter Kommentar in Anfrage #12:",
    "de, was here": "Diese Anfrage wurde geschlossen und mit Anfrage #13 „Sitze“ zusammengeführt.",
    "fr": "La demande #12 « Places » a été fermée et fusionnée avec celle-ci. Dernier commentaire de la demande #12 :",
    "fr, was here": "Cette demande a été fermée et fusionnée avec la demande #13 « Places ».",
    "es": 'La solicitud #12 "Plazas" se cerró y se fusionó con esta solicitud. Último comentario en la solicitud #12:',
    "ja": "リクエスト#12 「席」はクローズされ、このリクエストに統合されました。リクエスト#12 の最後のコメント:",
    "pt, was here": 'Esta solicitação foi fechada e mesclada na solicitação #13 "Lugares".',
}


@pytest.mark.parametrize("text", NOTICES.values(), ids=NOTICES)
def test_a_notice_in_any_language(text: str) -> None:
    assert says_merged(text, None)


def test_a_notice_in_words_of_ones_own_is_known_by_its_mark() -> None:
    via = {"channel": "web", "source": {"rel": "merge", "from": {"ticket_id": 12}, "to": {}}}
    assert says_merged("We look at both together.", via)


@pytest.mark.parametrize(
    "via", [None, {}, {"source": None}, {"source": {"rel": None}}, {"source": {"rel": "follow_up"}}]
)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "Your refund is on its way.",
        "I have answered that in request #4711.",
        "Request #4711 is closed, your refund is on its way.",
        "I closed #12 and merged it into this one. Your refund of 20 EUR is on its way.",
        "The two accounts were merged, and the old one is closed.",
        'See request #4711 "Seats": you find the button under Plan.',
        'See request #4711 "Seats". I answered there, in #4711.',
        "Merged!",
    ],
)
def test_what_a_colleague_writes_is_a_reply(text: str, via: dict[str, Any] | None) -> None:
    assert not says_merged(text, via)
