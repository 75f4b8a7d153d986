"""The cache of images keeps its bounds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guildwright import system
from tests.cluster.images import BUILDAH, forget

pytestmark = pytest.mark.cluster


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_layers_are_forgotten_although_something_is_mounted_over_them(tmp_path: Path) -> None:
    storage = tmp_path / "storage"
    inner = storage / "overlay" / "one" / "merged"
    inner.mkdir(parents=True)
    for where in (storage / "overlay", inner):
        subprocess.run(["mount", "--bind", where, where], check=True)

    forget(storage)

    assert list(tmp_path.iterdir()) == []


KILLED = """
import subprocess
from tests.cluster import images
images.CACHE.mkdir(parents=True)
do = lambda *arguments: subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.strip()
alone, plain = images._buildah("from", "scratch"), images._buildah("mount")[len(images.ALONE):]
do(*plain, do(*alone))  # what a build leaves that is killed, and was not alone
(images.CACHE / "half.new").touch()
mounts = lambda: open("/proc/self/mountinfo").read().count(str(images.CACHE))
before = mounts()
images.clear()
print(before > 0, mounts(), repr(do(*images._buildah("containers", "-q"))), list(images.CACHE.glob("*.new")))
do(*images._buildah("mount", do(*alone)))
print(mounts())
images.forget(images.CACHE / "storage")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_what_a_killed_build_left_goes_before_the_next_and_none_leaves_mounts(tmp_path: Path) -> None:
    system.ensure(BUILDAH, print)

    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("True 0 '' []\n0\n", "")
