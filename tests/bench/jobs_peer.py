"""BullMQ for the benchmark of jobs: installed once per lock file into the cache folder, as the tests of clients do."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

_NODE = Path(__file__).parent / "jobs_node"


def installed() -> Path:
    """The script, beside a `node_modules` with the BullMQ that the lock file names."""
    npm = shutil.which("npm")
    assert npm, "npm is needed to compare with BullMQ: apt-get install npm"
    digest = hashlib.sha256((_NODE / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildwright" / f"bullmq-{digest}"
    if not (cache / "node_modules" / "bullmq").is_dir():
        draft = cache.with_name(f"{cache.name}.{os.getpid()}")
        draft.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(_NODE / name, draft)
        # Not `ci`: it wants the optional packages of every other system in the lock file too.
        subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=draft, check=True, timeout=300
        )
        if cache.exists():
            shutil.rmtree(draft)
        else:
            draft.replace(cache)
    return Path(shutil.copy(_NODE / "bullmq.mjs", cache))
