"""How a part is started: it dies with its parent, and PostgreSQL does not run as root."""

import os
import pwd
import shutil
import signal
import stat
from dataclasses import dataclass
from pathlib import Path

from domain.errors import ConflictError, UnavailableError


def tied_to_parent(command: list[str], death_signal: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command under Linux' parent-death signal, so that a killed parent leaves no process behind.

    Where `setpriv` is missing (macOS) the command is unchanged: there only an orderly stop ends every part.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, f"--pdeathsig={_short(death_signal)}", *command] if setpriv else command


@dataclass(frozen=True)
class Account:
    """The operating-system user under which PostgreSQL runs, which refuses to run as root."""

    uid: int
    gid: int

    def command(self, command: list[str], death_signal: signal.Signals) -> list[str]:
        """The command as this user and tied to its parent.

        From root it keeps the right to pass folders that only root may enter, such as a checkout under /root.
        """
        if os.geteuid() == self.uid:
            return tied_to_parent(command, death_signal)
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise UnavailableError(
                "The embedded PostgreSQL does not run as root without `setpriv`. "
                "Install util-linux, run as an ordinary user, or set HOLDFAST_DATABASE_URL."
            )
        drop = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        return [setpriv, *drop, *keep, f"--pdeathsig={_short(death_signal)}", *command]

    def own(self, folder: Path) -> None:
        """Make the folder this account's alone. Raises ConflictError when somebody else made it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {self.uid, os.geteuid()}:
            raise ConflictError(
                f"{folder} belongs to another user. Run as that user, remove it, or choose another HOLDFAST_HOME."
            )
        if status.st_uid != self.uid:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)


def unprivileged_account() -> Account:
    """The current user or, for root, `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _short(name: signal.Signals) -> str:
    return name.name.removeprefix("SIG")
