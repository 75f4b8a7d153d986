"""Whether this run starts a cluster: under CI=true or with `--cluster`. Otherwise its end says what was not run."""

import os
from typing import Any

import pytest

OPTION = "--cluster"
NOT_RUN = f"needs a cluster; run `uv run nox -s cluster`, or pytest with {OPTION}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The hook that tests/conftest.py wires in."""
    told = "start a real Kubernetes (root on Linux, or KUBECONFIG with GUILDWRIGHT_TEST_CLUSTER=1), and test on it"
    parser.addoption(OPTION, action="store_true", help=told)


def wanted(config: pytest.Config) -> bool:
    """Whether tests may have a cluster."""
    return bool(config.getoption(OPTION)) or os.environ.get("CI", "").casefold() in {"1", "true"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a cluster, where none is wanted."""
    if not wanted(config):
        for item in items:
            if needs_cluster(item):
                item.add_marker(pytest.mark.skip(reason=NOT_RUN))


def needs_cluster(item: pytest.Item) -> bool:
    """Whether a test starts the cluster."""
    return "cluster" in getattr(item, "fixturenames", ())


def say_not_run(terminalreporter: Any) -> None:
    """Say loudly what was left out, and how to run it."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NOT_RUN in str(report.longrepr)]
    if skipped:
        line = f"CLUSTER TESTS NOT RUN: {len(skipped)} tests on a real Kubernetes. Run them as root on Linux: "
        terminalreporter.write_line(line + "`uv run nox -s cluster`, or pytest with --cluster", red=True, bold=True)
