"""The local authority, and a stand-in behind its certificate."""

import ssl
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from sandbox.authority import Authority
from sandbox.serving import serving_tls


def test_who_trusts_the_authority_reads_over_tls(authority: Authority) -> None:
    with serving_tls(FastAPI(), authority) as address:
        by_name = address.replace("127.0.0.1", "localhost")
        for url in (address, by_name):
            response = httpx.get(f"{url}/openapi.json", verify=authority.client_context(), trust_env=False)
            assert response.status_code == 200


def test_nobody_else_does(authority: Authority) -> None:
    with serving_tls(FastAPI(), authority) as address, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY"):
        httpx.get(address, verify=ssl.create_default_context(), trust_env=False)


def test_it_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "authority"
    first = Authority(folder).ca_file.read_bytes()
    again = Authority(folder)
    assert again.ca_file.read_bytes() == first
    assert again.server_file.stat().st_mode & 0o077 == 0
    assert len(again.server_context().get_ca_certs()) == 0
