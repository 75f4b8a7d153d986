"""A stand-in for `python:3.13-slim` where no image registry is at hand: Debian's smallest system, with this Python.

Debian comes from its mirror, signed; the Python is the one that runs the tests, so no further source is trusted.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from guildwright import system

SUITE = "bookworm"
# What CPython's own modules and common wheels are linked with; python:slim has the same.
PACKAGES = (
    *("ca-certificates", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libncursesw6", "libreadline8"),
    *("libsqlite3-0", "libssl3", "libuuid1", "netbase", "tzdata", "zlib1g"),
)
NAME = f"{SUITE}-python{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}-1"
DEBOOTSTRAP = system.Program(("debootstrap",), "debootstrap", "the cluster tests build their base image with it")
_LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "config-3*", "*.a", "pkgconfig"
)
_SECONDS = 900


def base_rootfs(cache: Path) -> Path:
    """The archive of its root file system; made first where the cache has none."""
    archive = cache / f"base-{NAME}.tar"
    if not archive.exists():
        program = system.ensure(DEBOOTSTRAP, lambda line: sys.stderr.write(f"{line}\n"))
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            root = Path(folder) / "root"
            _run(program, "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root))
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
    _run("chroot", str(root), "python3", "-m", "ensurepip")
    (theirs / "bin" / "pip").symlink_to("pip3")
    _run("chroot", str(root), "python3", "-m", "compileall", "-q", f"/usr/local/lib/{version}")


def _without_packages(folder: str, names: list[str]) -> set[str]:
    return set(names) if Path(folder).name == "site-packages" else _LEFT_OUT(folder, names)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-4000:]}"
