"""Ports of this machine."""

import errno
import random
import socket
from collections.abc import Mapping

from domain.errors import ConflictError

SERVERS = range(15_000, 32_000)
"""Below the ports that the system gives to clients, one of which could take a server's while that restarts."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    while True:
        port = random.choice(SERVERS)  # noqa: S311
        if not _is_taken("127.0.0.1", port):
            return port


def check_ports(wanted: Mapping[str, tuple[str, int]]) -> None:
    """`wanted` maps the variable that sets a port to its address. Raises ConflictError that names every taken one."""
    taken = [(variable, port) for variable, (host, port) in wanted.items() if _is_taken(host, port)]
    if taken:
        lines = [f"Port {port} is taken by another program. Stop that, or set {name}." for name, port in taken]
        raise ConflictError("\n".join(lines))


def _is_taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return True
            raise
    return False
