import re
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import NotFoundError, UnavailableError
from embedded.processes import Part, Supervisor
from tests.embedded.parts import Recorder, alive, script_part, until, web_part

STUBBORN = """
import pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path({ready!r}).touch()
while True:
    time.sleep(60)
"""


async def test_parts_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    recorder = Recorder()
    async with Supervisor(tmp_path, recorder) as parts:
        await parts.start(web_part("first", tmp_path))
        await parts.start(web_part("second", tmp_path))
        processes = [parts.process_id(name) for name in parts.names]

    assert recorder.events == [
        ("first", "starting"),
        ("first", "ready"),
        ("second", "starting"),
        ("second", "ready"),
        ("second", "stopped"),
        ("first", "stopped"),
    ]
    assert not any(alive(process) for process in processes)


async def test_a_crashed_part_is_reported_and_runs_again(tmp_path: Path) -> None:
    recorder = Recorder()
    async with Supervisor(tmp_path, recorder) as parts:
        await parts.start(web_part("web", tmp_path))
        before = parts.process_id("web")
        parts.kill("web")
        await parts.ready("web")

        assert parts.process_id("web") not in {None, before}
        assert recorder.events[2:] == [("web", "crashed"), ("web", "ready")]
        assert recorder.details[2] == f"ended with SIGKILL; restarting, see {tmp_path / 'web.log'}"


async def test_a_part_that_crashes_again_and_again_is_tried_until_it_stays(tmp_path: Path) -> None:
    ready, broken = tmp_path / "ready", tmp_path / "broken"
    script = f"""
import pathlib, sys, time
if pathlib.Path({str(broken)!r}).exists():
    sys.exit(3)
pathlib.Path({str(ready)!r}).touch()
time.sleep(600)
"""
    recorder = Recorder()
    async with Supervisor(tmp_path, recorder) as parts:
        await parts.start(script_part("part", script, ready))
        broken.touch()
        ready.unlink()
        parts.kill("part")
        await until(lambda: recorder.events.count(("part", "crashed")) >= 3)
        broken.unlink()
        await parts.ready("part")

        assert recorder.events[-1] == ("part", "ready")


async def test_a_part_that_ends_at_the_start_names_its_code_and_log(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=re.escape(f"part ended with exit code 3; see {tmp_path / 'part.log'}.")):
        async with Supervisor(tmp_path, Recorder()) as parts:
            await parts.start(script_part("part", "import sys; sys.exit(3)", tmp_path / "never"))


async def test_of_parts_that_start_together_the_one_that_fails_is_named(tmp_path: Path) -> None:
    async with Supervisor(tmp_path / "logs", Recorder()) as parts:
        broken = script_part("broken", "import sys; sys.exit(3)", tmp_path / "never")
        with pytest.raises(UnavailableError, match="broken ended with exit code 3"):
            await parts.start_together([web_part("web", tmp_path), broken])
        process = parts.process_id("web")

    assert not alive(process)


async def test_a_part_that_is_silent_at_the_start_is_given_up(tmp_path: Path) -> None:
    async def never(_: int) -> bool:
        return False

    part = Part(name="part", command=["sleep", "600"], ready=never, start_limit=timedelta(seconds=0.2))
    async with Supervisor(tmp_path, Recorder()) as parts:
        with pytest.raises(UnavailableError, match="part does not get ready"):
            await parts.start(part)
        await until(lambda: parts.process_id("part") is None)


async def test_a_part_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    part = script_part("part", STUBBORN.format(ready=str(ready)), ready, stop_limit=timedelta(seconds=0.2))
    async with Supervisor(tmp_path, Recorder()) as parts:
        await parts.start(part)
        process = parts.process_id("part")

    assert not alive(process)


async def test_a_part_stops_and_resumes_on_request(tmp_path: Path) -> None:
    recorder = Recorder()
    async with Supervisor(tmp_path, recorder) as parts:
        await parts.start(web_part("web", tmp_path))
        await parts.stop("web")
        assert parts.process_id("web") is None
        await parts.resume("web")
        await parts.restart("web")

    assert ("web", "crashed") not in recorder.events
    assert recorder.events.count(("web", "stopped")) == 3


async def test_the_log_of_the_start_before_is_kept(tmp_path: Path) -> None:
    for _ in range(2):
        async with Supervisor(tmp_path / "logs", Recorder()) as parts:
            await parts.start(web_part("web", tmp_path))

    assert "GET / HTTP" in (tmp_path / "logs" / "web.previous.log").read_text()


async def test_an_unknown_part_is_an_error_that_lists_the_parts(tmp_path: Path) -> None:
    async with Supervisor(tmp_path, Recorder()) as parts:
        await parts.start(web_part("web", tmp_path))
        with pytest.raises(NotFoundError, match="There is no part worker-1; there are web"):
            parts.kill("worker-1")
