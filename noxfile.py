"""All checks and tests: `pip install uv && uv run nox`. A session alone: `uv run nox -s unit`.

Sessions use the environment that `uv run` made, so that they test what `guildwright up` runs.
"""

import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nox

from guildwright import system

nox.options.default_venv_backend = "none"
# Under CI, or with `nox -- --cluster`, tests have a whole Kubernetes; otherwise they say at the end what was not run.
CLUSTER = "--cluster"
WHOLE = CLUSTER in sys.argv or os.environ.get("CI", "").casefold() in {"1", "true"}
nox.options.sessions = ["lint", "generated", "unit", "integration", "browser", "cluster" if WHOLE else "server"]

ROOT = Path(__file__).parent
STORIES = ("tests/browser/test_story.py", "tests/browser/test_frame_whole_tour.py")
EXPORT = ["uv", "export", "-q", "--no-dev", "--no-header", "--no-emit-project", "--all-extras"]


def need(session: nox.Session, *programs: system.Program) -> None:
    """Install what a session needs beyond Python, or stop with the exact line to run."""
    for program in programs:
        try:
            system.ensure(program, session.log)
        except system.Missing as missing:
            session.error(str(missing))


UNIT = "not integration and not browser and not cluster"
SUPPORT = ("python", "-m", "tests.contract.support")


def pytest(session: nox.Session, marker: str, workers: int = 2, flags: tuple[str, ...] = (), **env: str) -> None:
    # Most tests wait for a process most of the time; a file's tests stay together, as its fixtures do.
    spread = ("-n", str(workers), "--dist", "loadfile")
    session.run("python", "-m", "pytest", "-m", marker, *spread, *flags, *session.posargs, env=env)


def noted(session: nox.Session, name: str, marker: str, then: str = "--verify", workers: int = 2) -> None:
    """Run tests, and hold what they exercised against what the table of support claims."""
    with tempfile.TemporaryDirectory() as folder:
        pytest(session, marker, workers, CONTRACT_SEEN=folder)
        if not set(session.posargs) - {CLUSTER}:
            session.run(*SUPPORT, then, name, folder)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types and import contracts."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports", "--no-cache")


@nox.session
def generated(session: nox.Session) -> None:
    """What is generated equals what is committed: the CRD, its schema, the support table, the lock, the bundles."""
    session.run("guildwright", "crds", "--check")
    session.run(*SUPPORT, "--check")
    fresh = subprocess.run(EXPORT, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    committed = ROOT / "requirements.lock"
    if fresh != committed.read_text():
        diff = difflib.unified_diff(committed.read_text().splitlines(), fresh.splitlines(), "committed", "fresh", n=0)
        session.error("requirements.lock is old; run `uv run nox -s lock`\n" + "\n".join(list(diff)[:40]))
    need(session, system.NODE, system.NPM)
    with session.chdir("web"):
        session.run("npm", "ci", "--no-audit", "--no-fund", external=True)
        session.run("npm", "run", "build", external=True)
    session.run("git", "diff", "--exit-code", "--", "guildwright/playground/page/static", external=True)


@nox.session(default=False)
def support(session: nox.Session) -> None:
    """Write the table of what the playground serves again, with what the unit tests exercise now.

    Tests with killed processes see this or that refusal by chance; they are validated, and claim nothing.
    """
    noted(session, "unit", UNIT, "--seen", workers=3)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write requirements.lock again."""
    fresh = subprocess.run([*EXPORT, "-U"] if session.posargs == ["-U"] else EXPORT, check=True, capture_output=True)
    (ROOT / "requirements.lock").write_bytes(fresh.stdout)


@nox.session
def unit(session: nox.Session) -> None:
    """Tests that start no process."""
    noted(session, "unit", UNIT, workers=3)  # each spends half its time waiting for small servers to end


@nox.session
def integration(session: nox.Session) -> None:
    """Tests with real processes: Postgres, Redis, playground, shard, worker, a stock discord.js."""
    need(session, system.REDIS, system.NODE, system.NPM)
    # Those with an API server are in the last session. The order is conftest.py's: what takes long begins first.
    pytest(session, "integration and not cluster", workers=3, flags=("--no-loadscope-reorder",))


@nox.session
def browser(session: nox.Session) -> None:
    """The playground's page in real Chromium."""
    need(session, system.REDIS, system.CHROMIUM, system.FONTS, system.NODE, system.NPM)
    session.run("npm", "ci", "--prefix", "web", "--no-audit", "--no-fund", external=True)  # axe-core
    pytest(session, "browser")


@nox.session
def server(session: nox.Session) -> None:
    """The CRD on a real API server alone, built from source (cached outside the repository)."""
    need(session, system.REDIS)
    pytest(session, "cluster", workers=0)  # one control plane is enough


@nox.session
def cluster(session: nox.Session) -> None:
    """The same, and all that needs a whole Kubernetes: root on Linux, or KUBECONFIG and GUILDWRIGHT_TEST_CLUSTER=1."""
    need(session, system.REDIS)
    session.run("python", "-m", "tests.cluster.binaries")
    pytest(session, "cluster", workers=0, flags=(CLUSTER,))


@nox.session(default=False)
def screenshots(session: nox.Session) -> None:
    """Take the README's pictures again."""
    need(session, system.REDIS, system.CHROMIUM, system.FONTS, system.NODE, system.NPM)
    session.run("npm", "ci", "--prefix", "web", "--no-audit", "--no-fund", external=True)  # axe-core
    os.environ["GUILDWRIGHT_SCREENSHOTS"] = str(ROOT / "docs" / "screenshots")
    session.run("python", "-m", "pytest", "-m", "browser", *STORIES)
