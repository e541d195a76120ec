import socket

import pytest

from domain.errors import ConflictError
from embedded.ports import check_ports, free_port


def test_every_taken_port_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = first.getsockname()[1], second.getsockname()[1]
        with pytest.raises(ConflictError) as caught:
            check_ports(
                {
                    "HOLDFAST_A": ("127.0.0.1", ports[0]),
                    "HOLDFAST_FREE": ("127.0.0.1", free_port()),
                    "HOLDFAST_B": ("127.0.0.1", ports[1]),
                }
            )

    assert str(caught.value).splitlines() == [
        f"Port {ports[0]} is taken by another program. Stop that, or set HOLDFAST_A.",
        f"Port {ports[1]} is taken by another program. Stop that, or set HOLDFAST_B.",
    ]


def test_free_ports_pass() -> None:
    check_ports({"HOLDFAST_A": ("127.0.0.1", free_port())})
