"""What /proc says of a process: its memory, and the CPU time of it and of everything that it started."""

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PARENT, ALL_TIMES = 1, slice(11, 15)
"""Fields of /proc/PID/stat behind the name: the parent, and user and system time, then those of ended children."""


def anonymous_kb(process_id: int) -> int:
    """KB that are the process's own. Pages of files are not: the kernel takes and brings them as it likes."""
    lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


def cpu_seconds(process_id: int) -> float:
    """Of the process and all its descendants, those included that have ended and were waited for."""
    stats = _stats()
    ticks = sum(sum(map(int, stats[one][ALL_TIMES])) for one in _family(process_id, stats))
    return ticks / TICKS_PER_SECOND


def _family(process_id: int, stats: dict[int, list[str]]) -> set[int]:
    family = {process_id} & stats.keys()
    found = family
    while found:
        found = {one for one, fields in stats.items() if int(fields[PARENT]) in family} - family
        family |= found
    return family


def _stats() -> dict[int, list[str]]:
    """The fields behind the name, which is in parentheses and may hold anything."""
    stats = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (text := _read(folder / "stat")):
            stats[int(folder.name)] = text.rpartition(")")[2].split()
    return stats


def _read(file: Path) -> str:
    """Empty when the process has ended meanwhile."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
