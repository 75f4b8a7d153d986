"""The stand-in for `python:3.13-slim` is of a Debian that this machine's Python runs on."""

import os
from pathlib import Path

import pytest

from guildwright import system
from tests.cluster.base_image import check, suite

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ({"ID": "debian", "VERSION_CODENAME": "bookworm"}, "bookworm"),
        ({"ID": "debian", "VERSION_CODENAME": "trixie"}, "trixie"),
        ({"ID": "debian", "VERSION_CODENAME": "forky"}, "trixie"),
        ({"ID": "ubuntu", "VERSION_CODENAME": "noble"}, "trixie"),
        ({}, "trixie"),
    ],
)
def test_the_base_is_the_machines_own_debian_or_else_the_newest(named: dict[str, str], wanted: str) -> None:
    assert suite(named) == wanted


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its root")
def test_a_python_that_does_not_run_in_the_base_is_answered_with_the_way_round(tmp_path: Path) -> None:
    with pytest.raises(system.Missing, match=r"does not run on Debian (.|\n)*GUILDWRIGHT_TEST_BASE_IMAGE="):
        check(tmp_path)
