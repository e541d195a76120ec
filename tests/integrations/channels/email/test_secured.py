"""What is signed is read, what is encrypted says so, and no bytes are an error."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from integrations.channels.email.secured import Envelope, is_armored, opened, refusal, without_signature

INNER = b"Content-Type: text/plain\r\n\r\nWhere is my lamp?\r\n"
SIGNED_DATA, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
ARMOR = "-----BEGIN PGP MESSAGE-----\n\nhQEMA0a1\n=abcd\n-----END PGP MESSAGE-----"


def certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> x509.Certificate:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kim")]), datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = built.serial_number(7).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return dated.sign(key, SHA256())


def signed(options: list[PKCS7Options]) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = PKCS7SignatureBuilder().set_data(INNER).add_signer(certificate(key), key, SHA256())
    return builder.sign(Encoding.DER, options)


def encrypted() -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    builder = PKCS7EnvelopeBuilder().set_data(INNER).add_recipient(certificate(key))
    return builder.encrypt(Encoding.DER, [PKCS7Options.Binary])


def endless(tag: int, *content: bytes) -> bytes:
    """An element of indefinite length, as programs write that do not know yet how long a mail is."""
    return bytes([tag, 0x80]) + b"".join(content) + b"\x00\x00"


def octets(content: bytes) -> bytes:
    return bytes([0x04, len(content)]) + content


def in_pieces(content: bytes) -> bytes:
    pieces = endless(0x24, octets(content[:10]), octets(content[10:]))
    inner = endless(0x30, DATA, endless(0xA0, pieces))
    return endless(0x30, SIGNED_DATA, endless(0xA0, endless(0x30, b"\x02\x01\x01", b"\x31\x00", inner)))


def test_what_is_signed_is_opened() -> None:
    assert opened(signed([PKCS7Options.Binary])) == Envelope("signed", INNER)
    assert opened(in_pieces(INNER)) == Envelope("signed", INNER)


def test_what_is_encrypted_says_so() -> None:
    assert opened(encrypted()).sort == "encrypted"
    assert "encrypted by S/MIME" in refusal("encrypted")


@pytest.mark.parametrize(
    ("raw", "sort"),
    [
        (b"", "unknown"),
        (b"MIIB", "unknown"),
        (bytes.fromhex("300d060b2a864886f70d0109100109a0020500"), "unknown"),
        (bytes.fromhex("3011060b2a864886f70d0109100109a0020500"), "compressed"),
        (b"\x30\x80" * 400, "unknown"),
        (b"\x30\x84\xff\xff\xff\xff", "unknown"),
    ],
)
def test_other_objects(raw: bytes, sort: str) -> None:
    assert opened(raw).sort == sort
    assert refusal(opened(raw).sort)


def test_an_object_that_is_cut_off_is_damaged() -> None:
    whole = signed([PKCS7Options.Binary])
    assert opened(whole[:-1]).sort == "unknown"
    assert "damaged" in refusal("unknown")


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error(raw: bytes) -> None:
    assert isinstance(opened(raw), Envelope)


@given(at=st.integers(0, 200), byte=st.integers(0, 255))
def test_no_damage_is_an_error(at: int, byte: int) -> None:
    raw = bytearray(in_pieces(INNER))
    raw[at % len(raw)] = byte
    assert isinstance(opened(bytes(raw)), Envelope)


@pytest.mark.parametrize("text", [ARMOR, f"\n{ARMOR}\n\n", ARMOR.partition("\n-----END")[0], f"{ARMOR}\n{ARMOR}"])
def test_armor_alone(text: str) -> None:
    assert is_armored(text)


@pytest.mark.parametrize("text", ["", "Hi", f"Here it is:\n{ARMOR}", f"{ARMOR}\nCan you read it?"])
def test_a_text_with_words_is_not_armor_alone(text: str) -> None:
    assert not is_armored(text)


def test_what_pgp_signed_in_the_text_stands_as_it_was_written() -> None:
    signed_text = (
        "Above\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nWhere is it?\n- - a list\n- -- \nKim\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\nBelow"
    )
    assert without_signature(signed_text) == "Above\nWhere is it?\n- a list\n-- \nKim\nBelow"
    assert without_signature("- a list") == "- a list"


@pytest.mark.parametrize("piece", ["-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP MESSAGE-----", "Hash: a\n"])
def test_no_text_takes_long(piece: str) -> None:
    assert isinstance(without_signature(piece * 3000), str)
    assert isinstance(is_armored(piece * 3000), bool)
