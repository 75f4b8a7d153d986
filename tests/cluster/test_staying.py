"""A developer's cluster: up, used from a shell as it says itself, down."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import keeper, machine
from tests.cluster.__main__ import USAGE
from tests.cluster.kept import PREFIX
from tests.cluster.own import OwnCluster

pytestmark = pytest.mark.cluster


def _do(*what: str, states: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.cluster", *what],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TMPDIR": str(states)},  # another developer's cluster on this machine is not ours
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def states(own: OwnCluster) -> Iterator[Path]:  # noqa: ARG001  # where no cluster may start, this may not either
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="guildwright-states-") as folder:  # as in kept.py
        yield Path(folder)
        _do("down", states=Path(folder))


def test_a_cluster_stays_until_it_is_told_to_go(states: Path) -> None:
    said = _do("up", states=states)
    assert said.returncode == 0, said.stderr
    (state,) = states.glob(f"{PREFIX}*")
    shell = re.search(r"^  (nsenter .*) bash$", said.stdout, re.MULTILINE)
    assert shell, said.stdout

    nodes = subprocess.run(
        ["sh", "-c", f"{shell[1]} kubectl get nodes"], capture_output=True, text=True, check=False
    ).stdout
    again = _do("up", states=states)
    down = _do("down", states=states)

    assert re.search(r"^node +Ready ", nodes, re.MULTILINE), nodes
    assert again.stdout == said.stdout
    assert (down.stdout, machine.left_of(state)) == ("No cluster stays.\n", [])


def test_without_one_status_says_how_to_start_it(states: Path) -> None:
    assert _do("status", states=states).stdout == "No cluster stays. Start one: python -m tests.cluster up\n"


@pytest.mark.parametrize("words", [(), ("sideways",), ("up", "down")])
def test_other_words_are_answered_with_the_right_ones(words: tuple[str, ...], tmp_path: Path) -> None:
    done = _do(*words, states=tmp_path)

    assert (done.returncode, done.stderr) == (2, USAGE)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become nobody")
def test_who_is_not_root_reads_who_may_end_it() -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # nobody may read it
        Path(folder).chmod(0o755)
        state = Path(folder) / f"{PREFIX}0"
        state.mkdir()
        for name, text in ((keeper.STAYS, ""), (keeper.LOCK, ""), (keeper.OUTER, str(os.getpid()))):
            (state / name).write_text(text)
        # Nobody may not read where the interpreter is, so a process becomes nobody when all is imported.
        become = "import os, sys; from tests.cluster.__main__ import main; os.setuid(65534); sys.exit(main(['down']))"
        done = subprocess.run(
            [sys.executable, "-c", become],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"TMPDIR": folder},
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (
        1,
        f"{state} is the cluster of root, who alone may end it: run this as root\n",
    )
