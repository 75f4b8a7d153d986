"""The walls, as far as they can be seen without a cluster."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guildwright import system
from tests.cluster import machine, sandbox
from tests.cluster.programs import keep_from_starting

pytestmark = pytest.mark.cluster


def test_a_cgroup_v2_gets_the_controllers_that_the_kubelet_counts_with(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory\n")
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory\n")

    sandbox.make_cgroup("ours", tmp_path)

    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpuset"
    assert (tmp_path / "ours").is_dir()


def test_a_cgroup_that_cannot_be_divided_is_answered_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    (tmp_path / "cgroup.subtree_control").symlink_to("/proc/version")  # may be read, and takes nothing, even from root

    with pytest.raises(system.Missing, match=r"takes none: (.|\n)*--privileged(.|\n)*init/cgroup.procs"):
        sandbox.make_cgroup("ours", tmp_path)


def test_a_cgroup_v1_is_made_in_each_controller(tmp_path: Path) -> None:
    for name in ("cpu", "memory", "unified"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    (tmp_path / "elsewhere").mkdir()

    sandbox.make_cgroup("ours", tmp_path)

    assert sorted(path.parent.name for path in tmp_path.glob("*/ours")) == ["cpu", "memory", "unified"]


def test_what_counts_by_itself_is_no_change_of_the_machine() -> None:
    then = "# at 12:00\n:INPUT ACCEPT [7:420]\n2: eth0 inet 10.0.0.2/24 valid_lft 86400sec preferred_lft 3600sec\n"
    now = "# at 12:01\n:INPUT ACCEPT [9:512]\n2: eth0 inet 10.0.0.2/24 valid_lft 86340sec preferred_lft 3540sec\n"

    assert machine.still(then) == machine.still(now) == [":INPUT ACCEPT", "2: eth0 inet 10.0.0.2/24"]
    assert machine.still("counter packets 1 bytes 60 accept") == machine.still("counter packets 2 bytes 99 accept")
    assert machine.still("default via fe80::1 expires 1799sec") == ["default via fe80::1"]
    assert machine.still(":INPUT DROP [7:420]") != machine.still(then)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become nobody")
def test_who_is_not_root_reads_what_to_do() -> None:
    # A process of its own: nobody may not read where the interpreter is, so it becomes nobody when all is imported.
    become = "import os; from tests.cluster.programs import ensure_all; os.setuid(65534); ensure_all()"
    done = subprocess.run(
        [sys.executable, "-c", become], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )

    assert "needs Linux, and root" in done.stderr
    assert "GUILDWRIGHT_TEST_CLUSTER=1 uv run nox -s cluster" in done.stderr


def test_a_service_that_came_with_a_program_stays_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    keep_from_starting("containerd.service")
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    keep_from_starting("without-systemd.service")

    assert (tmp_path / "told").read_text() == "disable --quiet containerd.service\n"


BESIDE = """
import os, sys
from pathlib import Path
from tests.cluster import sandbox
parent, state = map(Path, sys.argv[1:])
os.unshare(os.CLONE_NEWNS)
sandbox.mount("none", "/", flags=sandbox._MS_REC | sandbox._MS_PRIVATE)
sandbox.beside(parent, ("cni", "there"), state)
(parent / "cni" / "made").touch()
(parent / "there" / "made").touch()
(parent / "apt" / "made").touch()
print(sorted(str(path.relative_to(parent)) for path in parent.rglob("*")), (parent / "link").read_text())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_folders_of_our_own_leave_no_trace_beside_the_machines(tmp_path: Path) -> None:
    parent, state = tmp_path / "lib", tmp_path / "state"
    for folder in (state, parent / "apt", parent / "there"):
        folder.mkdir(parents=True)
    (parent / "there" / "old").touch()
    (parent / "file").write_text("text")
    (parent / "link").symlink_to("file")

    said = subprocess.run(
        [sys.executable, "-c", BESIDE, parent, state],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    seen = ["apt", "apt/made", "cni", "cni/made", "file", "link", "there", "there/made"]
    assert (said.stdout, said.stderr) == (f"{seen} text\n", "")
    here = sorted(str(path.relative_to(parent)) for path in parent.rglob("*"))
    assert here == ["apt", "apt/made", "file", "link", "there", "there/old"]


def test_a_folder_made_for_the_cluster_alone_is_a_change_of_the_machine(tmp_path: Path) -> None:
    top = tmp_path / "cni"
    before = machine.folders([str(top)])
    top.mkdir()

    assert (before, machine.folders([str(top)])) == ([], [str(top)])
