"""What a machine lacks is named with the exact line to run."""

from pathlib import Path

import pytest

from guildwright import system

GHOST = system.Program(("no-such-program-here",), "no-such-package-here", "a test asks for it")


def test_a_missing_program_that_we_may_not_install_is_an_exact_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody who is not root reads what to type."""
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexit 1\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(system.Missing, match=r"sudo apt-get update && sudo apt-get install -y no-such-package-here"):
        system.ensure(GHOST, print)


def test_an_installation_that_fails_shows_what_the_package_manager_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reason is the package manager's, the line to run ours."""
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    said: list[str] = []
    with pytest.raises(system.Missing, match="Unable to locate package"):
        system.ensure(GHOST, said.append)
    assert said == ["installing no-such-package-here (a test asks for it)"]


def test_a_program_on_the_path_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Under any of its names: valkey-server serves where redis-server is not."""
    (tmp_path / "valkey-server").write_text("#!/bin/sh\n")
    (tmp_path / "valkey-server").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system.ensure(system.REDIS, print) == str(tmp_path / "valkey-server")
