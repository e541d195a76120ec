import pytest

from domain.language.text import fold
from domain.language.unspaced_wordings import UnspacedWordings, joined_letters

WORDINGS = UnspacedWordings(
    """
    <staff> と .. 話
    ^ 人工 /
    不 .. 要 机器人 !课
    전화 좀? 주세요
    कोई_है
    """,
    {"staff": "担当者 スタッフ"},
)


def read(text: str) -> str:
    return joined_letters(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "担当者と話したい",
        "スタッフとお電話で話す",
        "人工",
        "你好,人工!",
        "我不想要机器人",
        "전화 주세요",
        "전화좀주세요",
        "कोई है?",
    ],
)
def test_a_wording_is_found_with_spaces_or_without(text: str) -> None:
    assert WORDINGS.found_in(read(text))


@pytest.mark.parametrize(
    "text",
    ["担当者と、話", "担当者とすごく長いあいだ話", "人工智能", "我要人工", "不要机器人课", "주세요 전화", "hello", ""],
)
def test_anything_else_is_not(text: str) -> None:
    assert not WORDINGS.found_in(read(text))


def test_wordings_can_be_taken_out() -> None:
    assert WORDINGS.removed_from(read("전화 주세요 지금")).strip() == "지금"


def test_letters_can_be_counted_again_after_folding() -> None:
    assert read("상담원") == "상담원"


def test_a_table_without_lines_finds_nothing() -> None:
    empty = UnspacedWordings("\n", {})
    assert not empty.found_in("人工")
    assert empty.removed_from("人工") == "人工"
