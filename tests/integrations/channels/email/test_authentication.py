"""Authentication-Results: what proves a sender, and what only looks so."""

from email import message_from_bytes
from email.message import Message

import pytest

from integrations.channels.email.authentication import is_verified, result_hosts

HOST = "mx.techflow.example"
SENDER = "erika@customer.example"


def mail(*results: str) -> Message:
    return message_from_bytes("".join(f"Authentication-Results: {one}\r\n" for one in results).encode() + b"\r\nHi")


def verified(*results: str, host: str = HOST) -> bool:
    return is_verified(mail(*results), SENDER, host)


@pytest.mark.parametrize(
    "results",
    [
        "dmarc=pass header.from=customer.example",
        "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=customer.example",
        "dkim=pass header.d=customer.example",
        "dkim=pass header.i=@customer.example header.s=s1 header.b=AbC",
        "dkim=fail header.d=customer.example; dkim=pass header.d=customer.example",
        "dkim=pass header.d=esp.example; spf=pass smtp.mailfrom=erika@customer.example",
        "spf=pass (google.com: domain of erika@customer.example) smtp.mailfrom=customer.example; dmarc=none",
        'dkim=pass reason="good; really" header.d="customer.example"',
        "DKIM=PASS Header.D=Customer.Example",
    ],
)
def test_a_proof(results: str) -> None:
    assert verified(f"{HOST}; {results}")
    assert verified(f"{HOST} 1;\r\n {results}")


def test_a_parent_domain_signs_for_its_hosts() -> None:
    assert is_verified(mail(f"{HOST}; dkim=pass header.d=example.org"), "a@news.example.org", HOST)
    assert not is_verified(mail(f"{HOST}; dkim=pass header.d=example.org"), "a@newsexample.org", HOST)


@pytest.mark.parametrize(
    "results",
    [
        "none",
        "",
        "dkim=fail header.d=customer.example",
        "dkim=pass header.d=evil.example",
        "dkim=pass",
        "spf=pass smtp.mailfrom=x@evil.example",
        "spf=softfail smtp.mailfrom=erika@customer.example",
        "dmarc=pass header.from=evil.example",
        "dkim=pass header.d=customer.example; dmarc=fail header.from=customer.example",
        "x=none (dkim=pass header.d=customer.example)",
        "x=none (a (b) ; dkim=pass header.d=customer.example",
        'spf=pass smtp.mailfrom="; dkim=pass header.d=customer.example; "@evil.example',
        'spf=pass smtp.mailfrom="a\\" (b"@evil.example x="c) ; dkim=pass header.d=customer.example ; "',
        'spf=pass (") smtp.mailfrom="; dkim=pass header.d=customer.example ;"',
        "spf=pass smtp.mailfrom=x@evil.example smtp.mailfrom=customer.example",
    ],
)
def test_no_proof(results: str) -> None:
    assert not verified(f"{HOST}; {results}")


def test_only_the_trusted_host_counts_and_of_it_the_newest() -> None:
    proof = "dkim=pass header.d=customer.example"
    assert not verified(f"evil.example; {proof}")
    assert not verified(f"{HOST}; {proof}", host="")
    assert not verified(f"{HOST}; dkim=none", f"{HOST}; {proof}")
    assert verified("relay.example; dkim=none", f"{HOST}; {proof}")
    assert not verified()


def test_the_hosts_are_listed() -> None:
    assert result_hosts(mail("A.example; none", "b.example 1; none", "")) == {"a.example", "b.example"}
