import pytest

from domain.language.grounding import INVENTED_FIGURE_CAP, grounding_of

SOURCES = (
    "Returns. You may return a bicycle within 30 days of delivery.\nCustom frames cannot be returned.",
    "Delivery to Germany costs 4.90 EUR and takes two days. See https://shop.example/delivery.",
)


@pytest.mark.parametrize(
    "reply",
    [
        "You may return a bicycle within 30 days of delivery.",
        "Hello!\n\nYou can return your bicycle within thirty days of delivery.",
        "Delivery to Germany takes 2 days. See https://shop.example/delivery",
        "Custom frames cannot be returned.",
        "Could you tell me more?",
    ],
)
def test_what_a_source_says_is_grounded(reply: str) -> None:
    assert grounding_of(reply.replace("thirty", "30"), SOURCES, ["Hello!"]) == 1.0


@pytest.mark.parametrize(
    "reply",
    [
        "You may return a bicycle within 60 days of delivery.",
        "Delivery to Germany costs 5.90 EUR.",
        "You may return a bicycle until 3 May 2026.",
        "See https://evil.example/delivery for delivery to Germany.",
    ],
)
def test_an_invented_figure_or_link_caps_the_grounding(reply: str) -> None:
    assert grounding_of(f"Custom frames cannot be returned. {reply}", SOURCES) <= INVENTED_FIGURE_CAP


def test_a_contradiction_is_not_grounded() -> None:
    assert grounding_of("Custom frames can be returned.", SOURCES) == 0.0


def test_half_of_the_statements_is_half() -> None:
    assert grounding_of("Custom frames cannot be returned. Our mechanics sing on Sundays.", SOURCES) == 0.5
