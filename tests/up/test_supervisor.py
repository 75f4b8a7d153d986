"""What `up` promises about the processes it starts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from guildwright.supervisor import Child, Failed, Supervisor

SLEEPER = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)


class Rig:
    """A supervisor, what it said and the pids it told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.told: list[dict[str, int]] = []
        self.supervisor = Supervisor(self.said.append, self.told.append)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """A rig whose children are gone at the end."""
    rig = Rig()
    yield rig
    await rig.supervisor.stop(*rig.supervisor.pids, grace=0.1)


def python(
    name: str, code: str, ready: Callable[[], Awaitable[object]] | None = None, log: Path | None = None
) -> Child:
    """A child that runs Python code."""
    return Child(name, (sys.executable, "-c", code), ready=ready, log=log)


async def until(true: Callable[[], bool]) -> None:
    """Return once it is true; fail after 30 s."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  another process makes it true
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_child_that_is_killed_is_started_again_under_a_new_pid(rig: Rig) -> None:
    """And whoever asked is told the new pid."""
    await rig.supervisor.start(python("sleeper", SLEEPER))
    first = rig.supervisor.pids["sleeper"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: rig.supervisor.pids.get("sleeper", first) != first)
    assert alive(rig.supervisor.pids["sleeper"])
    assert rig.told[-1] == rig.supervisor.pids
    assert f"sleeper (pid {first}) was ended by SIGKILL; restarting in 0.1 s" in rig.said


async def test_a_child_that_keeps_dying_is_restarted_ever_more_slowly(rig: Rig) -> None:
    """The waits double, so that a crash loop does not burn the machine."""
    await rig.supervisor.start(python("dying", "raise SystemExit(3)"))
    await until(lambda: len(rig.said) >= 4)
    waits = [float(text.rsplit(" ", 2)[1]) for text in rig.said[:4]]
    assert waits == [0.1, 0.2, 0.4, 0.8]


async def test_a_child_that_ignores_the_signal_is_killed_after_its_grace(rig: Rig, tmp_path: Path) -> None:
    """So that the end of everything is bounded."""
    log = tmp_path / "log"
    await rig.supervisor.start(python("stubborn", STUBBORN, log=log))
    await until(lambda: log.read_text() == "up\n")
    pid = rig.supervisor.pids["stubborn"]
    await rig.supervisor.stop("stubborn", grace=0.2)
    assert not alive(pid)
    assert rig.said == ["stubborn did not end within 0.2 s: killed"]


async def test_a_stopped_child_stays_stopped(rig: Rig) -> None:
    """Its watcher is gone before it is asked to end."""
    await rig.supervisor.start(python("sleeper", SLEEPER))
    await rig.supervisor.stop("sleeper", grace=2)
    assert rig.supervisor.pids == {}
    assert rig.said == []


async def test_a_child_that_ends_before_it_is_ready_fails_the_start_with_its_last_words(
    rig: Rig, tmp_path: Path
) -> None:
    """Waiting for a dead process would be waiting for ever."""
    never = asyncio.Event()
    child = python("broken", "import sys; sys.exit('no such socket')", ready=never.wait, log=tmp_path / "log")
    with pytest.raises(Failed, match=r"broken ended with exit code 1 before it was ready(?s:.)*no such socket"):
        await rig.supervisor.start(child)


async def test_a_child_that_is_killed_before_it_is_ready_is_started_again(rig: Rig) -> None:
    """A kill at start-up is no other than one later; the start goes on with the new process."""
    ready = asyncio.Event()
    starting = asyncio.create_task(rig.supervisor.start(python("sleeper", SLEEPER, ready=ready.wait)))
    await until(lambda: "sleeper" in rig.supervisor.pids)
    first = rig.supervisor.pids["sleeper"]
    os.kill(first, signal.SIGKILL)
    await until(lambda: rig.supervisor.pids.get("sleeper", first) != first)
    ready.set()
    await starting
    assert alive(rig.supervisor.pids["sleeper"])
    assert rig.said == [f"sleeper (pid {first}) was ended by SIGKILL; restarting in 0.1 s"]


async def test_a_one_off_that_is_killed_is_run_again(rig: Rig, tmp_path: Path) -> None:
    """Migrations, for one."""
    mark = tmp_path / "mark"
    code = (
        f"import os, pathlib, signal; mark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n    mark.touch(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "mark.write_text('done')"
    )
    await rig.supervisor.run(python("once", code))
    assert mark.read_text() == "done"


async def test_a_missing_program_is_a_sentence_and_not_a_traceback(rig: Rig) -> None:
    """It names the child and the program."""
    with pytest.raises(Failed, match=r"ghost could not be started: .*/no/such/program"):
        await rig.supervisor.start(Child("ghost", ("/no/such/program",)))


async def test_children_end_when_up_itself_is_killed(tmp_path: Path) -> None:
    """The kernel tells them (PR_SET_PDEATHSIG): nobody is left to hold the data directory."""
    parent_code = (
        "import asyncio, sys\n"
        "from guildwright.supervisor import Child, Supervisor\n"
        "async def main():\n"
        "    s = Supervisor(print, lambda pids: None)\n"
        f"    await s.start(Child('sleeper', (sys.executable, '-c', {SLEEPER!r})))\n"
        "    print(s.pids['sleeper'], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", parent_code, stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    assert parent.stdout
    child = int(await parent.stdout.readline())
    assert alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not alive(child))
