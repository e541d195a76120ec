"""Texts in right charsets, wrong ones, and none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.charsets import decode_bytes


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        ("Grüße".encode(), "utf-8", "Grüße"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode(), "us-ascii", "Grüße"),
        ("Grüße".encode(), None, "Grüße"),
        ("Grüße".encode("latin-1"), "utf-8", "Grüße"),
        ("Grüße".encode("latin-1"), None, "Grüße"),
        (b"it\x92s \x80 5", "iso-8859-1", "it’s € 5"),
        ("Grüße".encode(), "x-unknown", "Grüße"),
        ("Grüße".encode("latin-1"), "unknown-8bit", "Grüße"),
        ("Grüße".encode("latin-1"), 'x"\x00y', "Grüße"),
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
        ("Привет".encode("cp1251"), "windows-1251", "Привет"),
        ("你好，世界".encode("gb18030"), "gb2312", "你好，世界"),
        ("こんにちは".encode("iso-2022-jp"), "iso-2022-jp", "こんにちは"),
        ("①髙".encode("cp932"), "shift_jis", "①髙"),
        ("안녕하세요".encode("cp949"), "ks_c_5601-1987", "안녕하세요"),
        ("héllo".encode("utf-16"), "utf-16", "héllo"),
        (b"Hi +AOQ-", "unicode-1-1-utf-7", "Hi ä"),
        ("ab\u0161".encode("cp1250"), "x-cp1250", "ab\u0161"),
        ("Привет".encode("cp1251"), "win-1251", "Привет"),
        ("Привет".encode("mac_cyrillic"), "x-mac-cyrillic", "Привет"),
        ("สวัสดี".encode("cp874"), "windows-874", "สวัสดี"),
        ("שלום".encode("iso8859-8"), "logical", "שלום"),
        ("①髙".encode("cp932"), "sjis", "①髙"),
        ("①髙".encode("cp932"), "windows-31j", "①髙"),
        (b"\xad\xa1", "euc-jp", "①"),
        ("恒碁".encode("big5hkscs"), "big5", "恒碁"),
        (b"No. \x1b$B-!$3$s\x1b(B, ok \x1b(I1\x1b(B", "iso-2022-jp", "No. ①こん, ok ｱ"),
        (b"\x1b$B$3\x01\x02)!$", "ISO-2022-JP", "こ\ufffd\ufffd"),
        ("こんにちは".encode(), "iso-2022-jp", "こんにちは"),
        ("Привет".encode()[:-1], "utf-8", "Приве\ufffd"),
        ("Привет".encode()[:-1], None, "Приве\ufffd"),
        ("Привет".encode("cp1251") + b"\x98", "windows-1251", "Привет\ufffd"),
        ("안녕하세요".encode("cp949") + b"\xff", "euc-kr", "안녕하세요\ufffd"),
        (b"\x81\x8d", "ascii", "\x81\x8d"),
        (b"abc", "base64", "abc"),
        (b"abc-", "punycode", "abc-"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
    ],
)
def test_text_is_decoded_as_it_was_most_likely_meant(raw: bytes, declared: str | None, text: str) -> None:
    assert decode_bytes(raw, declared) == text


@given(
    st.binary(max_size=200),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["utf-8", "hz", "idna", "big5"])),
)
def test_every_byte_string_is_some_text(raw: bytes, declared: str | None) -> None:
    assert isinstance(decode_bytes(raw, declared), str)


@given(st.text(st.characters(codec="cp932", min_codepoint=0x3041, max_codepoint=0x9FA0), max_size=20))
def test_japanese_is_the_same_whether_or_not_a_makers_character_is_with_it(text: str) -> None:
    encoded = text.encode("iso2022_jp", "ignore")
    assert decode_bytes(encoded + b"\x1b$B-!\x1b(B", "iso-2022-jp") == encoded.decode("iso2022_jp") + "①"
