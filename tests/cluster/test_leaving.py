"""A cluster leaves nothing behind, however the run ends, and changes nothing of the machine while it is there."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import keeper, machine
from tests.cluster.kept import STATES, Kept, sweep_stale
from tests.cluster.own import OwnCluster
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster

RUN = """
import signal, sys
from tests.cluster.own import own_cluster
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
with own_cluster() as cluster:
    made = ["create", "deployment", "probe", "--image", cluster.images["probe"], "--", "/probe", "serve"]
    assert cluster.kubectl(*made).returncode == 0
    ready = cluster.kubectl("wait", "--for=condition=Available", "deployment/probe", "--timeout=120s")
    print(cluster.kept.state if ready.returncode == 0 else ready.stderr, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def empty(own: OwnCluster) -> Iterator[Kept]:  # noqa: ARG001  # where no cluster may start, this may not either
    """Walls without a cluster in them."""
    kept = Kept.open()
    yield kept
    kept.close()
    assert machine.left_of(kept.state) == []


@contextlib.contextmanager
def a_run(own: OwnCluster) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another test run on this machine, with a pod in its cluster."""
    with own.kept.outside():
        process = subprocess.Popen(
            [sys.executable, "-c", RUN],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    with process:
        assert process.stdout
        state = Path(process.stdout.readline().strip())
        assert state.parent == STATES, state
        yield process, state
        process.kill()


def _ended(process: subprocess.Popen[str], state: Path) -> int:
    """Wait for the end of the run, and of what outlives it for a moment."""
    status = process.wait(60)
    wait_for(f"nothing of {state}", lambda: not machine.left_of(state))
    return status


def _networks(own: OwnCluster, state: Path) -> set[int]:
    """The network namespaces of a cluster; its run and its outer keeper are in the machine's."""
    with own.kept.outside():
        machines = machine.networks([Path("/proc/thread-self")])
    return machine.networks(process for process, _ in machine.processes_of(state)) - machines


def test_nothing_is_left_after_the_normal_end_and_nothing_of_the_machine_changed(own: OwnCluster) -> None:
    with own.kept.outside():
        before = machine.network_and_kernel()
    with a_run(own) as (process, state):
        with own.kept.outside():
            during = machine.network_and_kernel()
        shims = [each for each in machine.left_of(state) if "containerd-shim" in each]
        networks = _networks(own, state)

        assert process.stdin
        process.stdin.close()
        status = _ended(process, state)

    with own.kept.outside():
        after = machine.network_and_kernel()
    assert (during, after) == (before, before)
    assert (bool(shims), len(networks), status) == (True, 2, 0)  # the node's, and the pod's
    assert (machine.left_of(state), networks & machine.networks()) == ([], set())


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_run_is_ended_from_outside(own: OwnCluster, sent: signal.Signals) -> None:
    with a_run(own) as (process, state):
        networks = _networks(own, state)
        process.send_signal(sent)
        _ended(process, state)

        assert (machine.left_of(state), networks & machine.networks()) == ([], set())


def test_what_a_killed_keeper_leaves_is_swept_by_the_next_run(own: OwnCluster) -> None:
    with a_run(own) as (process, state):
        os.kill(int((state / keeper.OUTER).read_text()), signal.SIGKILL)
        wait_for("an end of all its programs", lambda: not any(": " in each for each in machine.left_of(state)))
        assert machine.left_of(state)  # its files, and its cgroups

        process.kill()
        process.wait()
        sweep_stale()

        assert machine.left_of(state) == []


def test_a_cluster_that_runs_is_not_swept(own: OwnCluster) -> None:
    sweep_stale()

    assert own.is_ready()


def test_a_keeper_that_cannot_start_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.cluster.keeper", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "File exists" in done.stderr


def test_a_program_that_ends_by_itself_is_named_with_its_last_words(empty: Kept) -> None:
    empty.start("liar", ["sh", "-c", "echo I cannot; exit 3"])

    ended = wait_for("an end", lambda: empty.ask("status")["ended"])

    assert (ended, empty.log("liar")) == ({"liar": 3}, "I cannot\n")


def test_a_program_that_is_not_there_is_named(empty: Kept) -> None:
    with pytest.raises(AssertionError, match=r"start ghost: .*No such file"):
        empty.start("ghost", ["/nowhere/ghost"])


def test_a_program_that_was_stopped_is_not_taken_for_one_that_failed(empty: Kept) -> None:
    empty.start("sleeper", ["sleep", "1000"])
    empty.stop("sleeper")

    assert empty.ask("status") == {"running": [], "ended": {}}
