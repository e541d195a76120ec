"""Where a market comes from: a folder, or a git repository that is fetched for as long as it is needed."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import SplitResult, urlsplit

from domain.errors import InvalidInputError, NotFoundError, UnavailableError
from publishing.market.shelf import Market
from publishing.specification.mistakes import printable

PROTOCOLS = ("file", "https", "ssh")
SCP_LIKE = re.compile(r"[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:[^:\s-][^:\s]*")
"""`git@host:path`, which is ssh as well."""

SECONDS = 120.0
SAFE = (
    *("-c", "protocol.allow=never"),
    *(option for name in PROTOCOLS for option in ("-c", f"protocol.{name}.allow=always")),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.symlinks=false"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "core.sshCommand=ssh -o BatchMode=yes"),
    *("-c", "advice.detachedHead=false"),
)
"""Nothing of a repository is run, no link becomes a link, nobody is asked for a password."""

CLONE = ("clone", "--quiet", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules", "--template=")


@contextmanager
def market_from(given: str, *, git: str = "git", seconds: float = SECONDS) -> Iterator[Market]:
    """The market in a folder or behind an address; what was fetched is gone afterwards.

    Raises NotFoundError for no folder, InvalidInputError for an address that is not allowed, and UnavailableError when
    git is missing, fails, or takes longer than so many seconds.
    """
    if not _is_address(given):
        folder = Path(given)
        if not folder.is_dir():
            raise NotFoundError(f"There is no folder {printable(given)} with a market.")
        yield Market(folder, given)
        return
    _require_allowed(given)
    with TemporaryDirectory(prefix="holdfast-market-") as temporary:
        folder = Path(temporary) / "market"
        _run((git, *SAFE, *CLONE, "--", given, str(folder)), seconds)
        yield Market(folder, given)


def _is_address(given: str) -> bool:
    return "://" in given or "::" in given or SCP_LIKE.fullmatch(given) is not None


def _require_allowed(address: str) -> None:
    if SCP_LIKE.fullmatch(address):
        return
    parts = _split(address)
    if parts is None or parts.scheme not in PROTOCOLS or (parts.hostname or "").startswith("-"):
        allowed = ", ".join(f"{name}://" for name in PROTOCOLS)
        raise InvalidInputError(f"A market is not fetched from such an address. Use one that begins with {allowed}.")
    name, at, _ = parts.netloc.rpartition("@")
    if ":" in name or (at and parts.scheme == "https"):
        told = "The address of the market holds a password or a token, which would be written down."
        raise InvalidInputError(f"{told} Leave all before the @ out: git asks its credential helper, or ssh its agent.")


def _split(address: str) -> SplitResult | None:
    """None for what is no address."""
    try:
        return None if "::" in address.partition("://")[0] else urlsplit(address)
    except ValueError:
        return None


def _run(command: Sequence[str], seconds: float) -> None:
    """A process in a session of its own, so that it cannot ask at the terminal and ends with all that it started."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the address stands after `--` and was checked
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except FileNotFoundError as error:
        raise UnavailableError(
            "git is not installed here, and a market at an address is fetched with it. Install git, or fetch the "
            "market in another way and name its folder."
        ) from error
    try:
        _, told = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        problem = f"The market could not be fetched within {seconds:g} seconds."
        raise UnavailableError(f"{problem} Try again, or name a folder.") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        reason = _reason_in(told.decode(errors="replace"))
        remedy = "Check the address, your access and the network."
        raise UnavailableError(f"git could not fetch the market: {reason}. {remedy}")


def _reason_in(told: str) -> str:
    """What git failed at, without what it advises after that."""
    lines = told.strip().splitlines() or ["it said nothing"]
    line = next((line for line in lines if line.startswith("fatal:")), lines[-1])
    return printable(line.removeprefix("fatal:"))[:300].strip(" .")
