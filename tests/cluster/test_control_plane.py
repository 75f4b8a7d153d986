"""The harness itself: it says why a control plane does not start, and leaves nothing behind."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.binaries import ALONE, CACHE, PACKAGES, binaries
from tests.cluster.control_plane import ControlPlane, control_plane

pytestmark = pytest.mark.cluster


def _alive(folder: Path) -> list[str]:
    """The processes whose command line names a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command and int(process.name) != os.getpid():
            found.append(command.replace("\0", " "))
    return found


def test_the_programs_are_of_the_versions_that_are_pinned() -> None:
    folder = binaries(*ALONE)

    assert set(ALONE) <= {path.name for path in folder.iterdir()} <= set(PACKAGES)
    assert folder.parent == CACHE
    said = subprocess.run([folder / "kube-apiserver", "--version"], capture_output=True, text=True, check=True).stdout
    assert f"k8s.io/kubernetes {said.split()[-1]} " in (Path(__file__).parent / "tools" / "go.mod").read_text()


def test_the_server_is_ready_and_knows_its_admin(plane: ControlPlane) -> None:
    assert plane.ask("GET", "/readyz").body == "ok"
    assert plane.kubectl("auth", "can-i", "*", "*").stdout == "yes\n"


def test_somebody_without_the_token_gets_nothing(plane: ControlPlane) -> None:
    stranger = replace(plane, token="wrong")  # noqa: S106  # that is the point

    assert stranger.ask("GET", "/api/v1/namespaces").status == 401
    stranger.close()


def test_nothing_is_left_when_the_tests_end(tmp_path: Path) -> None:
    with control_plane(tmp_path, binaries(*ALONE)) as running:
        assert len(_alive(tmp_path)) == 2
        assert running.ask("GET", "/livez").status == 200

    assert _alive(tmp_path) == []


def test_a_server_that_cannot_start_says_why_at_once(tmp_path: Path) -> None:
    (tmp_path / "certs").write_text("a file where a folder belongs")

    with (
        pytest.raises(AssertionError, match=r"kube-apiserver stopped with 1:(.|\n)*not a directory"),
        control_plane(tmp_path, binaries(*ALONE)),
    ):
        pass

    assert _alive(tmp_path) == []
