"""Programs that Guildwright needs beside Python: found, installed where we may, or the exact line to run."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
Say = Callable[[str], None]


class Missing(Exception):  # noqa: N818  a state of the machine, named as the reader sees it
    """A program is not here and may not be installed by us; the text says what to run."""


@dataclass(frozen=True)
class Program:
    """A program by the names it goes by on PATH, and the Debian package that brings it."""

    names: tuple[str, ...]
    package: str
    why: str


REDIS = Program(("redis-server", "valkey-server"), "redis-server", "Redis carries config and jobs between processes")
CHROMIUM = Program(("chromium", "chromium-browser"), "chromium", "the browser tests drive it")
NODE = Program(("node",), "nodejs", "the contract tests run a stock discord.js")
FONTS = Program(("fc-list",), "fontconfig", "the browser tests draw text")
NPM = Program(("npm",), "npm", "the front-end bundles are built again and compared")


def find(program: Program) -> str | None:
    """Return the path of the program, or None."""
    # A whole path may be of a file that nobody runs, like a keyring; a bare name is looked up on PATH.
    modes = ((name, os.F_OK if os.path.isabs(name) else os.F_OK | os.X_OK) for name in program.names)  # noqa: PTH117
    return next((path for name, mode in modes if (path := shutil.which(name, mode))), None)


def may_install() -> bool:
    """Tell whether this process may install Debian packages: root, with apt-get."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure(program: Program, say: Say) -> str:
    """Return the program's path, installing its package first where we may.

    Raises:
        Missing: it is not here and we may not install it, or the installation failed.
    """
    if path := find(program):
        return path
    line = install_line(program)
    if not may_install():
        raise Missing(f"{program.names[0]} is not installed ({program.why}). Run this, then try again:\n  {line}")
    say(f"installing {program.package} ({program.why})")
    _apt(["update", "-qq"])
    failed = _apt(["install", "-y", "-qq", "--no-install-recommends", program.package])
    if path := find(program):
        return path
    raise Missing(f"apt-get could not install {program.package}:\n{failed}\nRun this, then try again:\n  {line}")


def install_line(program: Program) -> str:
    """Return the exact line that a person runs to install the program."""
    if shutil.which("apt-get"):
        return f"sudo apt-get update && sudo apt-get install -y {program.package}"
    if sys.platform == "darwin":
        return f"brew install {program.package.removesuffix('-server')}"
    return f"install the package {program.package} with your system's package manager"


def die_with_parent(sent: signal.Signals) -> Callable[[], None] | None:
    """Return what makes a child end when we are killed ourselves (Linux: prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(sent))


def _apt(arguments: Sequence[str]) -> str:
    # RUNLEVEL=1 keeps Debian from starting a system-wide service of what we only want as a program.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    done = subprocess.run(  # noqa: S603  the arguments are ours, and there is one thread
        ["apt-get", *arguments],  # noqa: S607  apt-get is wherever the system has it
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    return "" if done.returncode == 0 else (done.stderr or done.stdout)[-2000:]
