"""The project's images, built from the real Dockerfile without Docker and kept for the next run.

`python -m tests.cluster.images` builds them and says where they are. An archive's name carries the hash of all that
goes into it, so what has not changed is not built again; what only sources changed keeps the layer of dependencies.
"""

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from guildwright import system
from tests.cluster import base_image
from tests.cluster.pip_settings import pip_secrets
from tests.cluster.sandbox import snapshotter

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildwright" / "images"
TARGETS = {"guildwright": "guildwright", "trial": "guildwright-trial"}  # target → name of the image
BUILDAH = system.Program(("buildah",), "buildah", "the cluster tests build the project's images with it")
_DRIVERS = {"overlayfs": "overlay", "native": "vfs"}  # by the name of containerd's for the same
ALONE = ("unshare", "--mount", "--propagation", "private")
"""Mounts of its own, which go with it: buildah leaves one over its storage, and those of containers when killed."""
_KEPT = 4
_STORAGE_LIMIT = 12 * 2**30  # bytes; then all layers are forgotten and made again
_SECONDS = 1800


def images() -> Mapping[str, Path]:
    """An `oci-archive` for each target; built first where they are not there yet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once build once
        archives = {target: CACHE / f"{name}-{content_hash()}.tar" for target, name in TARGETS.items()}
        if missing := [target for target, archive in archives.items() if not archive.exists()]:
            _build(missing, archives)
        for archive in archives.values():
            archive.touch()
        _prune()
    return archives


def reference(target: str) -> str:
    """The name by which the image in a target's archive goes."""
    return f"localhost/{TARGETS[target]}:{content_hash()}"


@functools.cache
def content_hash() -> str:
    """Of everything that the images are made of."""
    digest = hashlib.sha256(_base_name().encode())
    for path in _context():
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _context() -> Iterator[Path]:
    """The Dockerfile and what .dockerignore lets through."""
    ignore = ROOT / ".dockerignore"
    yield from (ROOT / "Dockerfile", ignore)
    for line in ignore.read_text().splitlines():
        if line.startswith("!"):
            top = ROOT / line[1:]
            found = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
            yield from (path for path in found if "__pycache__" not in path.parts)


def _base_name() -> str:
    return os.environ.get(base_image.BASE) or f"localhost/guildwright-base:{base_image.NAME}"


def _build(targets: list[str], archives: Mapping[str, Path]) -> None:
    system.ensure(BUILDAH, _say)
    clear()
    if not os.environ.get(base_image.BASE) and not _has(_base_name()):
        _say("making the base image (once; a minute or two)")
        rootfs = base_image.base_rootfs(CACHE)
        recipe = CACHE / "base.Dockerfile"
        recipe.write_text(f'FROM scratch\nADD {rootfs.name} /\nCMD ["python3"]\n')
        _bud("-t", _base_name(), "-f", str(recipe), "--ignorefile", "/dev/null", str(CACHE))
    with pip_secrets() as secrets:
        flags = [word for name, path in secrets.items() for word in ("--secret", f"id={name},src={path}")]
        for target in targets:
            started, archive = time.monotonic(), archives[target]
            _say(f"building the image {reference(target)}")
            draft = archive.with_suffix(".new")
            draft.unlink(missing_ok=True)
            _bud(
                *("--target", target, "--build-arg", f"BASE={_base_name()}", "--layers", *flags),
                *("-t", f"oci-archive:{draft}:{reference(target)}", "-f", str(ROOT / "Dockerfile"), str(ROOT)),
            )
            draft.rename(archive)
            _say(f"  {archive} ({archive.stat().st_size / 2**20:.0f} MiB, {time.monotonic() - started:.0f} s)")


def _buildah(*arguments: str) -> list[str]:
    """Layers are overlays, or plain copies (slow, and ten times the room) where overlays do not stack."""
    where = ("--root", str(CACHE / "storage"), "--runroot", str(CACHE / "run"))
    return [*ALONE, "buildah", "--storage-driver", _driver(), *where, *arguments]


@functools.cache
def _driver() -> str:
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        return _DRIVERS[snapshotter(Path(folder))]


def _has(image: str) -> bool:
    asked = _buildah("inspect", "--type", "image", image)
    return subprocess.run(asked, capture_output=True, timeout=60, check=False).returncode == 0


def _bud(*arguments: str) -> None:
    no_networks = f"--cni-config-dir={CACHE / 'run' / 'cni'}"  # else it makes a lock among the machine's
    command = _buildah("bud", "-q", "--isolation", "chroot", "--network", "host", no_networks, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-6000:]}"


def _prune() -> None:
    for name in TARGETS.values():
        old = sorted(CACHE.glob(f"{name}-{'?' * 16}.tar"), key=lambda path: -path.stat().st_mtime)[_KEPT:]
        for archive in old:
            archive.unlink()
    storage = CACHE / "storage"
    unmount(storage)  # else what a container of a killed build sees is counted too
    if sum(path.lstat().st_size for path in storage.rglob("*")) > _STORAGE_LIMIT:
        forget(storage)


def clear() -> None:
    """Remove what builds left that were killed: their containers, drafts, and folders for a while."""
    unmount(CACHE / "storage")
    for draft in CACHE.glob("*.new"):
        draft.unlink()
    for scratch in CACHE.glob("tmp*"):
        shutil.rmtree(scratch)
    done = subprocess.run(_buildah("rm", "--all"), capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode != 0:  # it does not know its own storage any more
        _say(f"making all layers again, as buildah cannot remove old containers: {done.stderr.strip()[-500:]}")
        forget(CACHE / "storage")
        shutil.rmtree(CACHE / "run", ignore_errors=True)


def forget(storage: Path) -> None:
    """Remove all layers."""
    unmount(storage)
    shutil.rmtree(storage)


def unmount(storage: Path) -> None:
    """Remove mounts that a buildah made which was not alone."""
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for where in reversed([each for each in mounts if Path(each).is_relative_to(storage)]):
        subprocess.run(["umount", "--lazy", where], check=True)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    for made, where in images().items():
        sys.stdout.write(f"{made} {reference(made)} {where}\n")
