"""A stand-in for `python:3.13-slim` where no image registry is at hand: Debian's smallest system, with this Python.

Debian comes from its mirror, signed; the Python is the one that runs the tests, so no further source is trusted.
"""

import contextlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from guildwright import system

BASE = "GUILDWRIGHT_TEST_BASE_IMAGE"
# What CPython's own modules and common wheels are linked with; python:slim has the same.
_PACKAGES = (
    *("ca-certificates", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libncursesw6"),
    *("libsqlite3-0", "libuuid1", "netbase", "tzdata", "zlib1g"),
)
SUITES = {  # what has another name in each
    "bookworm": (*_PACKAGES, "libreadline8", "libssl3"),
    "trixie": (*_PACKAGES, "libreadline8t64", "libssl3t64"),
}


def suite(system_is: Mapping[str, str]) -> str:
    """This machine's own Debian, as its Python runs there; else the newest, as a Python runs on a newer C library."""
    own = system_is.get("VERSION_CODENAME", "")
    return own if system_is.get("ID") == "debian" and own in SUITES else list(SUITES)[-1]


def _this_system() -> Mapping[str, str]:
    with contextlib.suppress(OSError):
        return platform.freedesktop_os_release()
    return {}


SUITE = suite(_this_system())
NAME = f"{SUITE}-python{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}-1"
DEBOOTSTRAP = system.Program(("debootstrap",), "debootstrap", "the cluster tests build their base image with it")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_CHECKS = (
    system.Program((KEYRING,), "debian-archive-keyring", "debootstrap checks Debian's signature with it"),
    system.Program(("gpgv",), "gpgv", "debootstrap checks Debian's signature with it"),
)
_NEEDED = "import bz2, ctypes, ensurepip, lzma, readline, sqlite3, ssl, uuid, zlib"
_LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "config-3*", "*.a", "pkgconfig"
)
_SECONDS = 900


def base_rootfs(cache: Path) -> Path:
    """The archive of its root file system; made first where the cache has none."""
    archive = cache / f"base-{NAME}.tar"
    if not archive.exists():
        program, *_ = [
            system.ensure(each, lambda line: sys.stderr.write(f"{line}\n") and None) for each in (DEBOOTSTRAP, *_CHECKS)
        ]
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            root = Path(folder) / "root"
            signed = ("--force-check-gpg", f"--keyring={KEYRING}")
            _run(program, *signed, "--variant=minbase", f"--include={','.join(SUITES[SUITE])}", SUITE, str(root))
            for emptied in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "dev"):
                shutil.rmtree(root / emptied)
                (root / emptied).mkdir()
            _copy_python(root)
            with tarfile.open(Path(folder) / "whole.tar", "w") as tar:
                tar.add(root, ".")
            for old in cache.glob("base-*.tar"):
                old.unlink()
            (Path(folder) / "whole.tar").rename(archive)
    return archive


def _copy_python(root: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    ours, theirs = Path(sys.base_prefix), root / "usr" / "local"
    shutil.copytree(ours / "lib" / version, theirs / "lib" / version, symlinks=True, ignore=_without_packages)
    for library in (ours / "lib").glob("libpython*.so*"):
        shutil.copy2(library, theirs / "lib", follow_symlinks=False)
    shutil.copy2((ours / "bin" / version).resolve(), theirs / "bin" / version)
    for name in ("python3", "python"):
        (theirs / "bin" / name).symlink_to(version)
    _run("chroot", str(root), "ldconfig")
    check(root)
    _run("chroot", str(root), "python3", "-m", "ensurepip")
    (theirs / "bin" / "pip").symlink_to("pip3")
    _run("chroot", str(root), "python3", "-m", "compileall", "-q", f"/usr/local/lib/{version}")


def check(root: Path) -> None:
    """Start the copied Python where it will run: it may be linked with what is newer than there, or named otherwise.

    Raises:
        system.Missing: it does not start; the text says what to do.
    """
    asked = ("chroot", str(root), "python3", "-c", _NEEDED)
    done = subprocess.run(asked, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()[-1000:]
        raise system.Missing(
            f"This machine's Python ({sys.base_prefix}) does not run on Debian {SUITE}, of which cluster tests make "
            f"their base image:\n{said}\nName an image with Python {sys.version_info.major}.{sys.version_info.minor} "
            f"to build upon instead, for example: {BASE}=docker.io/library/python:3.13-slim"
        )


def _without_packages(folder: str, names: list[str]) -> set[str]:
    return set(names) if Path(folder).name == "site-packages" else _LEFT_OUT(folder, names)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-4000:]}"
