"""A package index on loopback: every locked package, empty but for its metadata, and a newer release of each."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from threading import Thread
from zipfile import ZipFile, ZipInfo

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

EXECUTABLE = 0o100755
METADATA = ("Name", "Requires-Dist", "Provides-Extra")


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder; its listing of a folder is what an index answers."""

    def log_message(self, *_: object) -> None:
        """Requests are not printed among the tests."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of an index with the wheels of the folder, one folder each package."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def locked(lock: Path) -> list[Requirement]:
    """The pins of a lock, without their hashes."""
    lines = lock.read_text().splitlines()
    return [Requirement(line.removesuffix("\\").strip()) for line in lines if not line.startswith("    --hash")]


def version_of(pin: Requirement) -> str:
    """The version that is pinned."""
    (specifier,) = pin.specifier
    return specifier.version


def newer(version: str) -> str:
    """A version that comes after the given one."""
    return str(Version(version).major + 1)


def add_package(index: Path, pin: Requirement) -> str:
    """Offer the locked release, empty, and a newer one; give the hash of the locked one."""
    add_empty_wheel(index, pin.name, newer(version_of(pin)))
    return add_empty_wheel(index, pin.name, version_of(pin))


def add_empty_wheel(index: Path, name: str, version: str) -> str:
    """Offer a wheel that holds metadata alone: what is installed here says what it requires. Gives its hash."""
    lines = [f"{key}: {value}" for key in METADATA for value in _metadata(name, key)]
    text = "\n".join(["Metadata-Version: 2.4", f"Version: {version}", *lines, ""])
    return _write_wheel(index, name, version, {"METADATA": text.encode()}, {})


def add_installed_package(index: Path, name: str) -> str:
    """Offer a package just as it is installed here. Gives its hash."""
    installed = distribution(name)
    files = dict(_installed_files(installed))
    metadata = {"METADATA": (installed.read_text("METADATA") or "").encode()}
    if scripts := installed.read_text("entry_points.txt"):
        metadata["entry_points.txt"] = scripts.encode()
    return _write_wheel(index, name, installed.version, metadata, files)


def _installed_files(installed: Distribution) -> Iterator[tuple[str, bytes]]:
    """Each file with its place in a wheel; what is not in site-packages is a program."""
    for file in installed.files or ():
        place = PurePosixPath(file)
        if ".dist-info" in place.parts[0] or place.suffix == ".pyc":
            continue
        content = Path(str(installed.locate_file(file))).read_bytes()
        data = f"{_stem(installed.name, installed.version)}.data/scripts/{place.name}"
        yield (data if place.parts[0] == ".." else str(place)), content


def _metadata(name: str, key: str) -> list[str]:
    try:
        return distribution(name).metadata.get_all(key) or []
    except PackageNotFoundError:
        return [name] if key == "Name" else []


def _stem(name: str, version: str) -> str:
    return f"{canonicalize_name(name).replace('-', '_')}-{version}"


def _write_wheel(index: Path, name: str, version: str, metadata: dict[str, bytes], files: dict[str, bytes]) -> str:
    stem = _stem(name, version)
    metadata["WHEEL"] = b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content = files | {f"{stem}.dist-info/{file}": text for file, text in metadata.items()}
    record = f"{stem}.dist-info/RECORD"
    content[record] = "".join([*(_recorded(*item) for item in content.items()), f"{record},,\n"]).encode()
    folder = index / canonicalize_name(name)
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{stem}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for file, text in content.items():
            entry = ZipInfo(file)
            entry.external_attr = EXECUTABLE << 16
            archive.writestr(entry, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _recorded(file: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{file},sha256={digest},{len(content)}\n"
