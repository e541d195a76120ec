"""Runs uv, with the package index and the certificates that pip was told to use: uv reads no settings of pip.

    python requirements/uv.py ARGUMENTS OF UV

An environment variable of uv's own (`UV_DEFAULT_INDEX`, `SSL_CERT_FILE`) counts for more.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

SAME_SETTING = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


def pip_settings() -> dict[str, str]:
    """What `pip config list` names, without the section; the environment comes last and wins."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (fixed words)
    pairs = (line.partition("=") for line in listed.splitlines())
    return {name.rpartition(".")[2]: str(ast.literal_eval(value)) for name, _, value in pairs}


def environment() -> dict[str, str]:
    """The environment for uv."""
    told = pip_settings()
    return {uv: told[pip] for pip, uv in SAME_SETTING.items() if pip in told} | dict(os.environ)


if __name__ == "__main__":
    uv = Path(sys.executable).with_name("uv")
    os.execve(uv, ["uv", *sys.argv[1:]], environment())  # noqa: S606 (no shell is wanted)
