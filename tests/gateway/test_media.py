import pytest

from gateway.media import media_type_of, safe_name

PNG = b"\x89PNG\r\n\x1a\n...."


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PNG, "a.png", "image/png"),
        (PNG, "a.exe", "image/png"),
        (b"\xff\xd8\xff\xe0..", "a.jpg", "image/jpeg"),
        (b"GIF89a..", "a.gif", "image/gif"),
        (b"RIFF\x10\n\x00\x00WEBPVP8 ", "a.webp", "image/webp"),
        (b"%PDF-1.7 ...", "a.pdf", "application/pdf"),
        ("Grüße\n".encode(), "a.txt", "text/plain"),
        (b"a,b\n1,2\n", "a.CSV", "text/csv"),
    ],
)
def test_allowed_files(content: bytes, name: str, media_type: str) -> None:
    assert media_type_of(content, name) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"MZ\x90\x00 program",
        b"PK\x03\x04 archive",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"\n <svg onload=alert(1)>",
        b"<?xml version='1.0'?>",
        b"RIFF\x10\x00\x00\x00WAVEfmt ",
        b"\xfe\xff\x00a",
        b"text\x00with nul",
    ],
)
def test_everything_else_is_refused_whatever_its_name(content: bytes) -> None:
    assert media_type_of(content, "picture.png") is None
    assert media_type_of(content, "notes.txt") is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("invoice 12.pdf", "invoice 12.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\bill.pdf", "bill.pdf"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("line\r\nbreak.txt", "line__break.txt"),
        ("...", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_lose_what_means_something_elsewhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe
