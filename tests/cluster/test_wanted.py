"""A run without a cluster says loudly what it left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]


def _collected(*flags: str, ci: str = "") -> str:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/cluster/test_fake_nodes.py",
        *flags,
    ]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"CI": ci}, capture_output=True, text=True, check=False)
    return done.stdout


def test_without_a_word_the_end_says_what_was_not_run_and_how_to() -> None:
    said = _collected()

    assert "1 skipped" in said
    assert "CLUSTER TESTS NOT RUN: 1 tests" in said
    assert "`uv run nox -s cluster`" in said


@pytest.mark.parametrize(("flags", "ci"), [(("--cluster",), ""), ((), "true")])
def test_with_the_option_or_under_ci_they_run(flags: tuple[str, ...], ci: str) -> None:
    said = _collected("--setup-plan", *flags, ci=ci)

    assert "skipped" not in said
    assert "NOT RUN" not in said
