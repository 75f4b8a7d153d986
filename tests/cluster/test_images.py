"""The cache of images keeps its bounds."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cluster.images import forget

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
