"""Serving a stand-in."""

import socket

import httpx
import pytest
from fastapi import FastAPI

from sandbox.serving import serving


def test_serves_at_once_and_stops_at_the_end() -> None:
    with serving(FastAPI()) as address:
        assert httpx.get(f"{address}/openapi.json", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):  # noqa: SIM117
        with serving(FastAPI(), port=taken.getsockname()[1]):
            pass
